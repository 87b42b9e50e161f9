package dev.tributary.stream.lease;

import dev.tributary.dynamo.WriteFailure;

/** A source cannot be started because of its lease table or its stream. The message names the remedy. */
public final class SourceStartException extends RuntimeException {

    private final boolean mayPass;

    private SourceStartException(String message, boolean mayPass) {
        super(message);
        this.mayPass = mayPass;
    }

    /** A failure that lasts until an operator changes something. */
    public static SourceStartException configuration(String message) {
        return new SourceStartException(message, false);
    }

    /** Classifies what the SDK has thrown, also if KCL has wrapped it. */
    public static SourceStartException of(String what, Exception thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        WriteFailure failure = WriteFailure.of(root);
        return new SourceStartException(what + ": " + failure.message(), failure.kind() == WriteFailure.Kind.CAPACITY);
    }

    /** Whether another start may succeed although nothing is changed. */
    public boolean mayPass() {
        return mayPass;
    }
}
