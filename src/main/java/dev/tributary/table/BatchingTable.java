package dev.tributary.table;

import dev.tributary.dynamo.StatementException;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;

/**
 * Guarded writes to one target table, many in one call where many wait: what a {@link TargetTable} promises, at less
 * cost.
 *
 * <p>While few calls are under way each write goes at once and alone. Otherwise writes of one row share a call of
 * PartiQL statements, each with its own condition and its own result. A write whose statement fails is made once more
 * alone, and that decides. Moves always go alone. Safe for any thread.
 */
public final class BatchingTable {

    /** Statements that DynamoDB takes in one call. */
    public static final int MAX_BATCH = 25;

    private static final int BATCH_CALLS = 8;
    private static final int SINGLE_CALLS = 64;

    /** Calls under way at most, with the usual limits. */
    public static final int MAX_CALLS = BATCH_CALLS + SINGLE_CALLS;

    /** So that a call ends within its time also where rows are large; one row may be larger. */
    private static final long MAX_BATCH_BYTES = 256 * 1024;

    /** Answers to those who may write, but not with PartiQL, or whose table knows no PartiQL. */
    private static final Set<String> NOT_OFFERED = Set.of("AccessDeniedException", "UnknownOperationException");

    private static final Set<BatchStatementErrorCodeEnum> THROTTLED = Set.of(
            BatchStatementErrorCodeEnum.THROTTLING_ERROR,
            BatchStatementErrorCodeEnum.PROVISIONED_THROUGHPUT_EXCEEDED,
            BatchStatementErrorCodeEnum.REQUEST_LIMIT_EXCEEDED);

    /** Of a write that is made once more alone, which decides. */
    private static final Set<BatchStatementErrorCodeEnum> ALONE = Set.of(
            BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED,
            BatchStatementErrorCodeEnum.DUPLICATE_ITEM,
            BatchStatementErrorCodeEnum.VALIDATION_ERROR,
            BatchStatementErrorCodeEnum.ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED,
            BatchStatementErrorCodeEnum.RESOURCE_NOT_FOUND,
            BatchStatementErrorCodeEnum.ACCESS_DENIED);

    private final TargetTable table;
    private final AdaptiveRateLimiter pace;
    private final RequestBatcher<Element> batches;
    private final RequestBatcher<Element> singles;
    private final boolean batched;
    private final BatchPermission permission;
    private final TargetKeyCheck keyCheck;

    /**
     * How many calls, and of what size.
     *
     * @param batchSize most writes of one call, from 1 to {@value #MAX_BATCH}
     * @param batchCalls calls under way before writes wait for each other: enough to keep a table busy that is
     *     milliseconds away; more would make smaller batches of the same writes
     * @param singleCalls calls under way at most of those that cannot share one
     */
    public record Limits(int batchSize, int batchCalls, int singleCalls) {

        /** The usual ones, with this batch size. */
        public static Limits batchSize(int batchSize) {
            return new Limits(batchSize, BATCH_CALLS, SINGLE_CALLS);
        }
    }

    /**
     * @param bytes of the row that comes: weighed once, as that takes a look at every character
     */
    private record Element(TargetWrite write, long bytes, BooleanSupplier permitted, CompletableFuture<Outcome> done) {}

    /**
     * @param timer makes writes that had to wait for a table that throttles
     */
    public BatchingTable(TargetTable table, Limits limits, ScheduledExecutorService timer) {
        this(table, limits, timer, System::nanoTime);
    }

    /**
     * @param timer makes writes that had to wait for a table that throttles
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public BatchingTable(TargetTable table, Limits limits, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.table = table;
        this.pace = new AdaptiveRateLimiter(nanoTime);
        this.batches = new RequestBatcher<>(
                limits.batchCalls(),
                limits.batchSize(),
                MAX_BATCH_BYTES,
                element -> row(element.write()).orElseThrow(),
                Element::bytes,
                this::send,
                BatchingTable::failed,
                pace,
                timer);
        this.singles = new RequestBatcher<>(
                limits.singleCalls(),
                1,
                Long.MAX_VALUE,
                element -> element,
                element -> 1,
                elements -> sendAlone(elements.get(0)),
                BatchingTable::failed,
                pace,
                timer);
        this.batched = limits.batchSize() > 1;
        this.permission = new BatchPermission(table.name(), nanoTime);
        this.keyCheck = new TargetKeyCheck(table.client(), table.name(), nanoTime);
    }

    /**
     * Brings the write into the table where its guard allows.
     *
     * @param permitted asked before each call on account of the write; where it says no, the future fails with {@link
     *     CancellationException}, and a move may be done in part
     * @return otherwise as that of {@link TargetTable#apply}
     */
    public CompletableFuture<Outcome> apply(TargetWrite write, BooleanSupplier permitted) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        if (batched && takes(write) && permission.holds()) {
            batches.submit(new Element(write, bytes(write), permitted, done));
        } else {
            singles.submit(new Element(write, 1, permitted, done));
        }
        return done;
    }

    /**
     * Why the table refuses writes that it should take: it has another key than the route writes.
     *
     * @param expected what it had at the start
     * @return empty if it has that key, or if this process may not look; fails as a call of a table does
     */
    public CompletableFuture<Optional<WriteFailure>> wrongKey(KeySchema expected) {
        return keyCheck.wrongKey(expected);
    }

    /**
     * Brings a write into the table in a call of its own, whoever has the lease, so that the outcome of a removal says
     * whether there was a row: a statement of a batch does not tell.
     */
    public CompletableFuture<Outcome> applyAlone(TargetWrite write) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        singles.submit(new Element(write, 1, () -> true, done));
        return done;
    }

    /** The row that one statement would write; empty if it takes more. */
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

    /** A tombstone is a row of its own kind, for which there is no statement. */
    private boolean takes(TargetWrite write) {
        return row(write).isPresent() && (table.deletes() || !(write instanceof TargetWrite.Delete));
    }

    /** Writes a second that the table gets at most; infinite as long as it does not throttle. */
    public double rate() {
        return pace.rate();
    }

    private CompletableFuture<?> send(List<Element> elements) {
        if (elements.size() == 1) {
            return sendAlone(elements.get(0));
        }
        List<Element> sent = new ArrayList<>();
        List<Statement> statements = new ArrayList<>();
        for (Element element : elements) {
            if (mayGo(element)) {
                Statement.of(table.name(), element.write())
                        .ifPresentOrElse(
                                statement -> {
                                    sent.add(element);
                                    statements.add(statement);
                                },
                                () -> singles.submit(element));
            }
        }
        if (sent.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        var request = BatchExecuteStatementRequest.builder()
                .statements(statements.stream().map(Statement::request).toList())
                .build();
        return table.client().batchExecuteStatement(request).handle((response, thrown) -> {
            if (thrown != null) {
                refused(sent, thrown);
            } else {
                answered(sent, response.responses());
            }
            return null;
        });
    }

    /** What has ended already stays as it ended. */
    private static void failed(List<Element> elements, Throwable thrown) {
        elements.forEach(element -> element.done().completeExceptionally(thrown));
    }

    private CompletableFuture<?> sendAlone(Element element) {
        if (!mayGo(element)) {
            return CompletableFuture.completedFuture(null);
        }
        return table.apply(element.write(), element.permitted()).whenComplete((outcome, thrown) -> {
            count(1, thrown != null && WriteFailure.isThrottling(thrown));
            if (thrown != null) {
                element.done().completeExceptionally(thrown);
            } else {
                element.done().complete(outcome);
            }
        });
    }

    /** The lease may have gone while the write waited. */
    private static boolean mayGo(Element element) {
        if (element.permitted().getAsBoolean()) {
            return true;
        }
        element.done().completeExceptionally(new CancellationException("stopped before a call"));
        return false;
    }

    private void answered(List<Element> sent, List<BatchStatementResponse> responses) {
        if (responses.size() != sent.size()) {
            StatementException malformed = new StatementException(
                    "an answer of %d results to %d statements".formatted(responses.size(), sent.size()), true);
            failed(sent, malformed);
            return;
        }
        boolean permitted = true;
        for (int i = 0; i < sent.size(); i++) {
            BatchStatementError error = responses.get(i).error();
            BatchStatementErrorCodeEnum code = error == null ? null : code(error);
            count(1, code != null && THROTTLED.contains(code));
            permitted &= code != BatchStatementErrorCodeEnum.ACCESS_DENIED
                    && code != BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION;
            if (code == null) {
                sent.get(i).done().complete(Outcome.APPLIED);
            } else {
                failed(sent.get(i), code);
            }
        }
        if (permitted) {
            permission.granted();
        }
    }

    private static BatchStatementErrorCodeEnum code(BatchStatementError error) {
        return error.code() == null ? BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION : error.code();
    }

    private void failed(Element element, BatchStatementErrorCodeEnum code) {
        if (code == BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED
                && element.write() instanceof TargetWrite.Delete) {
            element.done().complete(Outcome.SUPERSEDED);
            return;
        }
        if (ALONE.contains(code)) {
            if (code == BatchStatementErrorCodeEnum.ACCESS_DENIED) {
                permission.refused(code.toString());
            }
            singles.submit(element);
            return;
        }
        if (code == BatchStatementErrorCodeEnum.UNKNOWN_TO_SDK_VERSION) {
            permission.refused("an error without a known code");
        }
        boolean refused = THROTTLED.contains(code) || code == BatchStatementErrorCodeEnum.TRANSACTION_CONFLICT;
        element.done().completeExceptionally(new StatementException(code.toString(), !refused));
    }

    private void count(int writes, boolean throttled) {
        if (throttled) {
            pace.throttled(writes);
        } else {
            pace.answered(writes);
        }
    }

    /** Nobody knows which statement is to blame where the call as a whole is refused. */
    private void refused(List<Element> sent, Throwable thrown) {
        count(sent.size(), WriteFailure.isThrottling(thrown));
        if (WriteFailure.of(thrown).kind() == WriteFailure.Kind.CAPACITY && !isNotOffered(thrown)) {
            failed(sent, thrown);
            return;
        }
        if (isNotOffered(thrown)) {
            permission.refused(WriteFailure.of(thrown).message());
        }
        sent.forEach(singles::submit);
    }

    private static boolean isNotOffered(Throwable thrown) {
        return Failures.unwrap(thrown) instanceof AwsServiceException service
                && service.awsErrorDetails() != null
                && service.awsErrorDetails().errorCode() != null
                && NOT_OFFERED.contains(service.awsErrorDetails().errorCode());
    }
}
