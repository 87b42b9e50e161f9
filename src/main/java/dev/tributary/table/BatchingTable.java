package dev.tributary.table;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.ordering.AdaptiveConcurrencyLimit;
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
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

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

    /** Enough to keep a table busy that is milliseconds away; more would make smaller batches of the same writes. */
    private static final Range BATCH_CALLS = new Range(8, 128);

    private static final Range SINGLE_CALLS = new Range(64, 256);

    /** Calls in flight at most, with the default limits. */
    public static final int MAX_CALLS = BATCH_CALLS.most() + SINGLE_CALLS.most();

    /** Lets a call with large rows end within its timeout; one row may be larger. */
    private static final long MAX_BATCH_BYTES = 256 * 1024;

    private final TargetTable table;
    private final Statements statements;
    private final AdaptiveRateLimiter rateLimiter;
    private final RequestBatcher<QueuedWrite> batches;
    private final RequestBatcher<QueuedWrite> singles;
    private final int batchSize;
    private final AdaptiveConcurrencyLimit batchLimit;
    private final AdaptiveConcurrencyLimit singleLimit;
    private final BatchPermission batchPermission;
    private final BatchAnswers answers;
    private final TargetKeyCheck keyCheck;

    /**
     * Limits of the calls.
     *
     * @param batchSize writes of one call, from 1 to {@value #MAX_BATCH}
     * @param batchCalls batches in flight before writes wait
     * @param singleCalls calls of a single write in flight
     */
    public record Limits(int batchSize, Range batchCalls, Range singleCalls) {

        /** With fixed numbers of calls. */
        public Limits(int batchSize, int batchCalls, int singleCalls) {
            this(batchSize, new Range(batchCalls, batchCalls), new Range(singleCalls, singleCalls));
        }

        /** The default numbers of calls with this batch size. */
        public static Limits batchSize(int batchSize) {
            return new Limits(batchSize, BATCH_CALLS, SINGLE_CALLS);
        }
    }

    /** Calls in flight: from the least to the most, as the distance of the table needs. */
    public record Range(int least, int most) {}

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
        this.batchSize = limits.batchSize();
        this.batchLimit = limit(limits.batchCalls(), nanoTime);
        this.singleLimit = limit(limits.singleCalls(), nanoTime);
        this.batches = new RequestBatcher<>(
                new RequestBatcher.Limits(batchLimit::limit, batchSize, MAX_BATCH_BYTES),
                write -> QueuedWrite.row(write.write()).orElseThrow(),
                QueuedWrite::bytes,
                this::sendTogether,
                BatchAnswers::fail,
                pace);
        this.singles = new RequestBatcher<>(
                new RequestBatcher.Limits(singleLimit::limit, 1, Long.MAX_VALUE),
                pending -> pending,
                pending -> 1,
                this::sendAlone,
                BatchAnswers::fail,
                pace);
        this.batchPermission = new BatchPermission(table.name(), nanoTime);
        this.answers = new BatchAnswers(rateLimiter, batchPermission, singles::submit);
        this.keyCheck = new TargetKeyCheck(table.client(), table.name(), nanoTime);
    }

    private static AdaptiveConcurrencyLimit limit(Range calls, LongSupplier nanoTime) {
        return new AdaptiveConcurrencyLimit(calls.least(), calls.most(), nanoTime);
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
        if (batchSize > 1 && canShareCall(write) && batchPermission.holds()) {
            batches.submit(QueuedWrite.forBatch(write, permitted, done));
        } else {
            singles.submit(new QueuedWrite(write, 1, permitted, done));
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
        singles.submit(new QueuedWrite(write, 1, () -> true, done));
        return done;
    }

    /** No statement puts a tombstone. */
    private boolean canShareCall(TargetWrite write) {
        return QueuedWrite.row(write).isPresent() && (table.deletes() || !(write instanceof TargetWrite.Delete));
    }

    /** Limit of writes a second; infinite while the table does not throttle. */
    public double rate() {
        return rateLimiter.rate();
    }

    /** Number of writes that the table has throttled. */
    public long throttles() {
        return answers.throttles();
    }

    private CompletableFuture<?> sendTogether(List<QueuedWrite> writes) {
        return writes.size() == 1 ? sendSingle(writes.get(0), batchLimit, 1.0 / batchSize) : sendBatch(writes);
    }

    private CompletableFuture<?> sendBatch(List<QueuedWrite> writes) {
        List<QueuedWrite> sent = new ArrayList<>();
        List<BatchStatementRequest> requests = new ArrayList<>();
        for (QueuedWrite pending : writes) {
            if (pending.goesOn()) {
                statements
                        .of(pending.write())
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
        long start = batchLimit.started();
        return table.client()
                .batchExecuteStatement(request -> request.statements(requests))
                .handle((response, thrown) -> {
                    if (thrown != null) {
                        timedOut(batchLimit, start, thrown);
                        answers.refused(sent, thrown);
                    } else {
                        batchLimit.answered(start, fullness(sent, answers.answered(sent, response.responses())));
                    }
                    return null;
                });
    }

    private CompletableFuture<?> sendAlone(List<QueuedWrite> writes) {
        return sendSingle(writes.get(0), singleLimit, 1);
    }

    /** How much of a call the writes are that the table has taken. */
    private double fullness(List<QueuedWrite> sent, int accepted) {
        long bytes = sent.stream().mapToLong(QueuedWrite::bytes).sum();
        double full = Math.max((double) sent.size() / batchSize, (double) bytes / MAX_BATCH_BYTES);
        return Math.min(1, full * accepted / sent.size());
    }

    private CompletableFuture<?> sendSingle(QueuedWrite pending, AdaptiveConcurrencyLimit limit, double fullness) {
        if (!pending.goesOn()) {
            return CompletableFuture.completedFuture(null);
        }
        long start = limit.started();
        return table.apply(pending.write(), pending.permitted()).whenComplete((outcome, thrown) -> {
            answers.count(1, thrown != null && WriteFailure.isThrottling(thrown));
            if (thrown != null) {
                timedOut(limit, start, thrown);
                pending.done().completeExceptionally(thrown);
            } else {
                limit.answered(start, fullness);
                pending.done().complete(outcome);
            }
        });
    }

    private static void timedOut(AdaptiveConcurrencyLimit limit, long start, Throwable thrown) {
        if (WriteFailure.isTimeout(thrown)) {
            limit.timedOut(start);
        }
    }
}
