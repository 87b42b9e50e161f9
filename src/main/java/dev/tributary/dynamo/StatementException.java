package dev.tributary.dynamo;

import dev.tributary.dynamo.WriteFailure.Kind;

/** A statement of a batch failed for a reason that a single write would meet too. */
public final class StatementException extends RuntimeException {

    private final WriteFailure failure;

    /**
     * @param code the error code of the service; its message may contain values of the item, so it is left out
     * @param openEnded as in {@link WriteFailure}
     */
    public StatementException(String code, boolean openEnded) {
        super(code + " in a batch of statements", null, false, false);
        failure = new WriteFailure(Kind.CAPACITY, code + " in a batch of statements", openEnded);
    }

    WriteFailure failure() {
        return failure;
    }
}
