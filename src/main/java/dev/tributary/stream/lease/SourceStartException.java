package dev.tributary.stream.lease;

import dev.tributary.dynamo.WriteFailure;

/** A source that cannot be started, because of its lease table or its stream. The message is for people. */
public final class SourceStartException extends RuntimeException {

    private final boolean mayPass;

    private SourceStartException(String message, boolean mayPass) {
        super(message);
        this.mayPass = mayPass;
    }

    public static SourceStartException configuration(String message) {
        return new SourceStartException(message, false);
    }

    /** Reads the meaning of what the SDK, or KCL around it, has thrown. */
    public static SourceStartException of(String what, Exception thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        WriteFailure failure = WriteFailure.of(root);
        return new SourceStartException(what + ": " + failure.message(), failure.kind() == WriteFailure.Kind.CAPACITY);
    }

    /** Whether another start may succeed without anybody mending anything. */
    public boolean mayPass() {
        return mayPass;
    }
}
