package dev.tributary.replication;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * A network that is slow, unordered and unreliable until a given moment, and then only slow.
 *
 * <p>A call is answered, or given up, within the write timeout. It also takes effect within it, unless {@code
 * lateness} permits calls that were given up to take effect later. A dead process gets no answers, but its calls take
 * effect.
 */
final class FaultyNetwork implements FakeDynamoDb.Network {

    private final SimulatedProcess process;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final Limits limits;

    /**
     * Times in milliseconds.
     *
     * @param writeTimeout longest wait for an answer
     * @param lateness time after that in which a call may still take effect; 0 for none
     * @param quietFrom moment from which every call succeeds
     */
    record Limits(long writeTimeout, long lateness, long quietFrom) {}

    private enum Fault {
        THROTTLED,
        CONFLICT,
        BROKEN_BEFORE,
        BROKEN_AFTER,
        REQUEST_LOST,
        ANSWER_LOST
    }

    FaultyNetwork(SimulatedProcess process, VirtualTime time, RandomGenerator random, Limits limits) {
        this.process = process;
        this.time = time;
        this.random = random;
        this.limits = limits;
    }

    @Override
    public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        long there = latency();
        long back = latency();
        if (time.now() >= limits.quietFrom() || random.nextInt(3) > 0) {
            time.in(there, () -> answered(answer, back, FakeDynamoDb.Network.DIRECT.send(request, call)));
            return answer;
        }
        switch (Fault.values()[random.nextInt(Fault.values().length)]) {
            case THROTTLED -> fail(answer, there + back, throttled());
            case CONFLICT -> fail(answer, there + back, conflict(request));
            case BROKEN_BEFORE -> fail(answer, there + back, broken());
            case BROKEN_AFTER -> {
                time.in(there, () -> ignore(request, call));
                fail(answer, there + back, broken());
            }
            case REQUEST_LOST -> fail(answer, limits.writeTimeout(), timeout());
            case ANSWER_LOST -> {
                long late = limits.lateness() == 0 || parks(request)
                        ? 0
                        : limits.writeTimeout() + random.nextLong(limits.lateness());
                time.in(Math.max(there, late), () -> ignore(request, call));
                fail(answer, limits.writeTimeout(), timeout());
            }
        }
        return answer;
    }

    /** Sometimes drops results of statements that were executed. */
    @Override
    public <T> List<T> results(List<T> results) {
        return time.now() < limits.quietFrom() && time.now() % 32 == 0 ? results.subList(1, results.size()) : results;
    }

    /** Late writes to the table of dead letters are outside the guarantees: they would park what was redriven. */
    private static boolean parks(DynamoDbRequest request) {
        return request.toString().contains("TableName=" + FakeDynamoDb.DEAD_LETTERS);
    }

    /** Mostly short, sometimes the maximum. */
    private long latency() {
        long longest = limits.writeTimeout() / 2;
        return 1 + random.nextLong(random.nextInt(4) == 0 ? longest - 1 : 20);
    }

    private static <T> void ignore(DynamoDbRequest request, Supplier<T> call) {
        FakeDynamoDb.Network.DIRECT.send(request, call);
    }

    private <T> void answered(CompletableFuture<T> answer, long back, CompletableFuture<T> result) {
        time.in(
                back,
                () -> process.run(() -> result.whenComplete((response, thrown) -> {
                    if (thrown == null) {
                        answer.complete(response);
                    } else {
                        answer.completeExceptionally(thrown);
                    }
                })));
    }

    private void fail(CompletableFuture<?> answer, long after, RuntimeException failure) {
        time.in(after, () -> process.run(() -> answer.completeExceptionally(failure)));
    }

    private static RuntimeException throttled() {
        return ProvisionedThroughputExceededException.builder()
                .awsErrorDetails(details("ProvisionedThroughputExceededException"))
                .build();
    }

    /** Alternates failures of the service and of proxies, which have no error code. */
    private RuntimeException broken() {
        if (time.now() % 2 == 0) {
            return (RuntimeException) DynamoDbException.builder()
                    .statusCode(503)
                    .awsErrorDetails(AwsErrorDetails.builder().build())
                    .build();
        }
        return InternalServerErrorException.builder()
                .awsErrorDetails(details("InternalServerError"))
                .build();
    }

    private static RuntimeException timeout() {
        return ApiCallTimeoutException.builder().message("given up").build();
    }

    private RuntimeException conflict(DynamoDbRequest request) {
        if (request instanceof TransactWriteItemsRequest transaction) {
            int conflicting = random.nextInt(transaction.transactItems().size());
            CancellationReason[] reasons =
                    new CancellationReason[transaction.transactItems().size()];
            for (int i = 0; i < reasons.length; i++) {
                String other = random.nextBoolean() ? "None" : "ConditionalCheckFailed";
                reasons[i] = CancellationReason.builder()
                        .code(i == conflicting ? "TransactionConflict" : other)
                        .build();
            }
            return TransactionCanceledException.builder()
                    .cancellationReasons(reasons)
                    .build();
        }
        DynamoDbException.Builder conflict =
                TransactionConflictException.builder().awsErrorDetails(details("TransactionConflictException"));
        return (RuntimeException) conflict.build();
    }

    private static AwsErrorDetails details(String code) {
        return AwsErrorDetails.builder()
                .errorCode(code)
                .errorMessage("injected")
                .build();
    }
}
