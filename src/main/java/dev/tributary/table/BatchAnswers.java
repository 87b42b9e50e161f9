package dev.tributary.table;

import dev.tributary.dynamo.StatementException;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.AdaptiveRateLimiter;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;

/** What the answer of a call means for the writes that shared it. Safe for any thread. */
final class BatchAnswers {

    private final AdaptiveRateLimiter rateLimiter;
    private final BatchPermission permission;
    private final Consumer<QueuedWrite> alone;
    private final LongAdder throttles = new LongAdder();

    /**
     * @param alone sends a write, which its statement left undecided, in a call of its own
     */
    BatchAnswers(AdaptiveRateLimiter rateLimiter, BatchPermission permission, Consumer<QueuedWrite> alone) {
        this.rateLimiter = rateLimiter;
        this.permission = permission;
        this.alone = alone;
    }

    /**
     * Ends each write by the result of its statement, or sends it alone.
     *
     * @return the number of writes that were not throttled
     */
    int answered(List<QueuedWrite> sent, List<BatchStatementResponse> responses) {
        if (responses.size() != sent.size()) {
            fail(
                    sent,
                    new StatementException(
                            "a response of %d results to %d statements".formatted(responses.size(), sent.size()),
                            true));
            return 0;
        }
        boolean permitted = true;
        int throttled = 0;
        for (int i = 0; i < sent.size(); i++) {
            BatchStatementError error = responses.get(i).error();
            if (error == null) {
                count(1, false);
                sent.get(i).done().complete(Outcome.APPLIED);
            } else {
                StatementError failure = StatementError.of(error);
                count(1, failure.isThrottling());
                throttled += failure.isThrottling() ? 1 : 0;
                permitted &= !failure.refusesBatches();
                failed(sent.get(i), failure);
            }
        }
        if (permitted) {
            permission.granted();
        }
        return sent.size() - throttled;
    }

    private void failed(QueuedWrite pending, StatementError error) {
        if (error.isFailedCondition() && pending.write() instanceof TargetWrite.Delete) {
            pending.done().complete(Outcome.SUPERSEDED);
            return;
        }
        if (error.refusesBatches()) {
            permission.refused(error.reason());
        }
        if (error.isUndecided()) {
            alone.accept(pending);
        } else {
            pending.done().completeExceptionally(error.exception());
        }
    }

    /** A refused call does not name the statement at fault, so each write is repeated in its own call. */
    void refused(List<QueuedWrite> sent, Throwable thrown) {
        count(sent.size(), WriteFailure.isThrottling(thrown));
        WriteFailure failure = WriteFailure.of(thrown);
        boolean batchesRefused = StatementError.refusesBatches(thrown);
        if (batchesRefused) {
            permission.refused(failure.message());
        }
        if (batchesRefused || failure.kind() != WriteFailure.Kind.CAPACITY) {
            sent.forEach(alone);
        } else {
            fail(sent, thrown);
        }
    }

    /** Writes that have ended already are not affected. */
    static void fail(List<QueuedWrite> writes, Throwable thrown) {
        writes.forEach(pending -> pending.done().completeExceptionally(thrown));
    }

    /** Number of writes that were throttled. */
    long throttles() {
        return throttles.sum();
    }

    /** Adapts the rate to the answer of a call. */
    void count(int writes, boolean throttled) {
        if (throttled) {
            throttles.add(writes);
            rateLimiter.throttled(writes);
        } else {
            rateLimiter.answered(writes);
        }
    }
}
