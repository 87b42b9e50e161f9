package dev.tributary.table;

import dev.tributary.dynamo.StatementException;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.AdaptiveRateLimiter;
import dev.tributary.ordering.RequestBatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;

/**
 * Guarded writes to one target table, batched where many wait: the guarantees of {@link TargetTable} at less cost.
 *
 * <p>While few calls are in flight, each write is sent at once in a call of its own. Otherwise, writes of one row share
 * a call of PartiQL statements, each with its own condition and result. A write whose statement fails is repeated in a
 * single call, which decides. Moves never share a call. Safe for any thread.
 */
public final class BatchingTable {

    /** Statements that DynamoDB takes in one call. */
    public static final int MAX_BATCH = 25;

    private static final int BATCH_CALLS = 8;
    private static final int SINGLE_CALLS = 64;

    /** Calls in flight at most, with the default limits. */
    public static final int MAX_CALLS = BATCH_CALLS + SINGLE_CALLS;

    /** Lets a call with large rows end within its timeout; one row may be larger. */
    private static final long MAX_BATCH_BYTES = 256 * 1024;

    private final TargetTable table;
    private final Statements statements;
    private final AdaptiveRateLimiter rateLimiter;
    private final RequestBatcher<PendingWrite> batches;
    private final RequestBatcher<PendingWrite> singles;
    private final boolean batched;
    private final BatchPermission batchPermission;
    private final TargetKeyCheck keyCheck;

    /**
     * Limits of the calls.
     *
     * @param batchSize writes of one call, from 1 to {@value #MAX_BATCH}
     * @param batchCalls batches in flight before writes wait: enough to keep a table busy that is milliseconds away;
     *     more would make smaller batches of the same writes
     * @param singleCalls calls of a single write in flight
     */
    public record Limits(int batchSize, int batchCalls, int singleCalls) {

        /** The default numbers of calls with this batch size. */
        public static Limits batchSize(int batchSize) {
            return new Limits(batchSize, BATCH_CALLS, SINGLE_CALLS);
        }
    }

    /** @param bytes of the new row; computed once, because that reads every character */
    private record PendingWrite(
            TargetWrite write, long bytes, BooleanSupplier permitted, CompletableFuture<Outcome> done) {}

    /**
     * @param timer resumes writes when a table that throttles has capacity again
     */
    public BatchingTable(TargetTable table, Limits limits, ScheduledExecutorService timer) {
        this(table, limits, timer, System::nanoTime);
    }

    /**
     * @param timer resumes writes when a table that throttles has capacity again
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public BatchingTable(TargetTable table, Limits limits, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.table = table;
        this.statements = new Statements(table.name());
        this.rateLimiter = new AdaptiveRateLimiter(nanoTime);
        RequestBatcher.Pace pace = new RequestBatcher.Pace(rateLimiter, timer);
        this.batches = new RequestBatcher<>(
                new RequestBatcher.Limits(limits.batchCalls(), limits.batchSize(), MAX_BATCH_BYTES),
                pending -> row(pending.write()).orElseThrow(),
                PendingWrite::bytes,
                this::sendBatch,
                BatchingTable::fail,
                pace);
        this.singles = new RequestBatcher<>(
                new RequestBatcher.Limits(limits.singleCalls(), 1, Long.MAX_VALUE),
                pending -> pending,
                pending -> 1,
                pending -> sendSingle(pending.get(0)),
                BatchingTable::fail,
                pace);
        this.batched = limits.batchSize() > 1;
        this.batchPermission = new BatchPermission(table.name(), nanoTime);
        this.keyCheck = new TargetKeyCheck(table.client(), table.name(), nanoTime);
    }

    /**
     * Applies the write if its guard allows.
     *
     * @param permitted checked before each call for the write; if false, the future fails with {@link
     *     CancellationException}, and a move may be applied in part
     * @return otherwise as {@link TargetTable#apply} does
     */
    public CompletableFuture<Outcome> apply(TargetWrite write, BooleanSupplier permitted) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        if (batched && canShareCall(write) && batchPermission.holds()) {
            batches.submit(new PendingWrite(write, bytes(write), permitted, done));
        } else {
            singles.submit(new PendingWrite(write, 1, permitted, done));
        }
        return done;
    }

    /**
     * Checks whether the table still has the key that the route writes; a table that was recreated with another key
     * refuses every write.
     *
     * @param expected the key at the start
     * @return the failure if the key differs; empty if it does not, or if this process may not describe the table;
     *     fails with what the SDK threw
     */
    public CompletableFuture<Optional<WriteFailure>> wrongKey(KeySchema expected) {
        return keyCheck.wrongKey(expected);
    }

    /**
     * Applies a write in a call of its own, without a lease. The outcome of a removal then says whether there was a
     * row, which that of a statement does not.
     */
    public CompletableFuture<Outcome> applyAlone(TargetWrite write) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        singles.submit(new PendingWrite(write, 1, () -> true, done));
        return done;
    }

    /** The key of the only row that the write touches; empty if it touches several. */
    private static Optional<Item> row(TargetWrite write) {
        if (write instanceof TargetWrite.Upsert upsert) {
            return Optional.of(upsert.row().key());
        }
        return write instanceof TargetWrite.Delete delete && delete.vacated().size() == 1
                ? Optional.of(delete.vacated().iterator().next())
                : Optional.empty();
    }

    private static long bytes(TargetWrite write) {
        return write.arriving().map(row -> ItemSize.of(row.item().attributes())).orElse(1L);
    }

    /** No statement puts a tombstone. */
    private boolean canShareCall(TargetWrite write) {
        return row(write).isPresent() && (table.deletes() || !(write instanceof TargetWrite.Delete));
    }

    /** Limit of writes a second; infinite while the table does not throttle. */
    public double rate() {
        return rateLimiter.rate();
    }

    private CompletableFuture<?> sendBatch(List<PendingWrite> writes) {
        if (writes.size() == 1) {
            return sendSingle(writes.get(0));
        }
        List<PendingWrite> sent = new ArrayList<>();
        List<BatchStatementRequest> requests = new ArrayList<>();
        for (PendingWrite pending : writes) {
            if (isPermitted(pending)) {
                statements.of(pending.write())
                        .ifPresentOrElse(
                                statement -> {
                                    sent.add(pending);
                                    requests.add(statement.request());
                                },
                                () -> singles.submit(pending));
            }
        }
        if (sent.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return table.client()
                .batchExecuteStatement(request -> request.statements(requests))
                .handle((response, thrown) -> {
                    if (thrown != null) {
                        refused(sent, thrown);
                    } else {
                        answered(sent, response.responses());
                    }
                    return null;
                });
    }

    private CompletableFuture<?> sendSingle(PendingWrite pending) {
        if (!isPermitted(pending)) {
            return CompletableFuture.completedFuture(null);
        }
        return table.apply(pending.write(), pending.permitted()).whenComplete((outcome, thrown) -> {
            count(1, thrown != null && WriteFailure.isThrottling(thrown));
            if (thrown != null) {
                pending.done().completeExceptionally(thrown);
            } else {
                pending.done().complete(outcome);
            }
        });
    }

    /** The lease may have been lost while the write waited. */
    private static boolean isPermitted(PendingWrite pending) {
        if (pending.permitted().getAsBoolean()) {
            return true;
        }
        pending.done().completeExceptionally(new CancellationException("stopped before a call"));
        return false;
    }

    private void answered(List<PendingWrite> sent, List<BatchStatementResponse> responses) {
        if (responses.size() != sent.size()) {
            fail(
                    sent,
                    new StatementException(
                            "a response of %d results to %d statements".formatted(responses.size(), sent.size()),
                            true));
            return;
        }
        boolean accepted = true;
        for (int i = 0; i < sent.size(); i++) {
            BatchStatementError error = responses.get(i).error();
            if (error == null) {
                count(1, false);
                sent.get(i).done().complete(Outcome.APPLIED);
            } else {
                StatementError failure = StatementError.of(error);
                count(1, failure.isThrottling());
                accepted &= !failure.refusesBatches();
                failed(sent.get(i), failure);
            }
        }
        if (accepted) {
            batchPermission.granted();
        }
    }

    private void failed(PendingWrite pending, StatementError error) {
        if (error.isFailedCondition() && pending.write() instanceof TargetWrite.Delete) {
            pending.done().complete(Outcome.SUPERSEDED);
            return;
        }
        if (error.refusesBatches()) {
            batchPermission.refused(error.reason());
        }
        if (error.isUndecided()) {
            singles.submit(pending);
        } else {
            pending.done().completeExceptionally(error.exception());
        }
    }

    /** A refused call does not name the statement at fault, so each write is repeated in its own call. */
    private void refused(List<PendingWrite> sent, Throwable thrown) {
        count(sent.size(), WriteFailure.isThrottling(thrown));
        WriteFailure failure = WriteFailure.of(thrown);
        boolean batchesRefused = StatementError.refusesBatches(thrown);
        if (batchesRefused) {
            batchPermission.refused(failure.message());
        }
        if (batchesRefused || failure.kind() != WriteFailure.Kind.CAPACITY) {
            sent.forEach(singles::submit);
        } else {
            fail(sent, thrown);
        }
    }

    /** Writes that have ended already are not affected. */
    private static void fail(List<PendingWrite> writes, Throwable thrown) {
        writes.forEach(pending -> pending.done().completeExceptionally(thrown));
    }

    private void count(int writes, boolean throttled) {
        if (throttled) {
            rateLimiter.throttled(writes);
        } else {
            rateLimiter.answered(writes);
        }
    }
}
