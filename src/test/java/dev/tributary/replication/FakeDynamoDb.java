package dev.tributary.replication;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** A client of {@link FakeTables} behind a network that decides when a call takes effect and when it is answered. */
final class FakeDynamoDb implements DynamoDbAsyncClient {

    static final String DEAD_LETTERS = "dead-letters";
    static final String LATE_WRITES = "late-writes";
    static final String JOBS = "jobs";

    private static final int STATEMENT_LIMIT = 25;

    private final FakeTables tables;
    private final Network network;

    /** The network between a client and the tables. */
    interface Network {

        /** Answers at once. */
        Network DIRECT = new Network() {
            @Override
            public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
                try {
                    return CompletableFuture.completedFuture(call.get());
                } catch (RuntimeException e) {
                    return CompletableFuture.failedFuture(e);
                }
            }
        };

        /**
         * Sends one call.
         *
         * @param request that is sent
         * @param call takes effect when it is run; may be run once, or never
         * @return the call's answer or its failure
         */
        <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call);

        /** The results of a call's statements as the client receives them. */
        default <T> List<T> results(List<T> results) {
            return results;
        }
    }

    FakeDynamoDb(FakeTables tables, Network network) {
        this.tables = tables;
        this.network = network;
    }

    @Override
    public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
        return network.send(request, () -> tables.put(request));
    }

    @Override
    public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
        return network.send(request, () -> tables.batchGet(request));
    }

    @Override
    public CompletableFuture<ScanResponse> scan(ScanRequest request) {
        return network.send(request, () -> tables.scan(request));
    }

    @Override
    public CompletableFuture<DeleteItemResponse> deleteItem(DeleteItemRequest request) {
        return network.send(request, () -> tables.delete(request));
    }

    @Override
    public CompletableFuture<TransactWriteItemsResponse> transactWriteItems(TransactWriteItemsRequest request) {
        return network.send(request, () -> tables.transact(request));
    }

    /** Answered without the network, so without faults. */
    @Override
    public CompletableFuture<DescribeTableResponse> describeTable(DescribeTableRequest request) {
        return Network.DIRECT.send(request, () -> DescribeTableResponse.builder()
                .table(tables.describe(request.tableName()))
                .build());
    }

    /** Each statement is sent and fails separately; if one has no answer, the call has none. */
    @Override
    public CompletableFuture<BatchExecuteStatementResponse> batchExecuteStatement(
            BatchExecuteStatementRequest request) {
        List<BatchStatementRequest> statements = request.statements();
        long rows = statements.stream()
                .map(statement -> tables.row(FakeStatement.parse(statement)))
                .distinct()
                .count();
        if (statements.size() > STATEMENT_LIMIT || rows < statements.size()) {
            throw new AssertionError("DynamoDB refuses a batch of " + statements.size() + " for " + rows + " rows");
        }
        List<CompletableFuture<BatchStatementResponse>> answers = statements.stream()
                .map(statement -> network.send(request, () -> tables.execute(statement))
                        .exceptionallyCompose(FakeDynamoDb::answered))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> BatchExecuteStatementResponse.builder()
                        .responses(network.results(
                                answers.stream().map(CompletableFuture::join).toList()))
                        .build());
    }

    private static CompletableFuture<BatchStatementResponse> answered(Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        if (failure instanceof ProvisionedThroughputExceededException) {
            return CompletableFuture.completedFuture(
                    FakeTables.failed(BatchStatementErrorCodeEnum.PROVISIONED_THROUGHPUT_EXCEEDED));
        }
        if (failure instanceof TransactionConflictException) {
            return CompletableFuture.completedFuture(
                    FakeTables.failed(BatchStatementErrorCodeEnum.TRANSACTION_CONFLICT));
        }
        if (failure instanceof InternalServerErrorException) {
            return CompletableFuture.completedFuture(
                    FakeTables.failed(BatchStatementErrorCodeEnum.INTERNAL_SERVER_ERROR));
        }
        if (failure instanceof DynamoDbException refused
                && "ValidationException".equals(refused.awsErrorDetails().errorCode())) {
            return CompletableFuture.completedFuture(FakeTables.failed(BatchStatementErrorCodeEnum.VALIDATION_ERROR));
        }
        return CompletableFuture.failedFuture(thrown);
    }

    @Override
    public CompletableFuture<UpdateItemResponse> updateItem(UpdateItemRequest request) {
        return network.send(request, () -> tables.update(request));
    }

    /**
     * An index without a table, for tests in which the target refuses no change for good. It is answered without the
     * network, so without faults.
     */
    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return tables.exists(request.tableName())
                ? network.send(request, () -> tables.query(request))
                : CompletableFuture.completedFuture(
                        QueryResponse.builder().items(List.of()).build());
    }

    /**
     * An index without a table: a change that the target refuses for good would stay open, and the test would fail.
     *
     * @param nanoTime measures the age of the index
     * @param maxItems kept in memory
     */
    ParkedItemIndex deadLetters(String route, LongSupplier nanoTime, int maxItems) {
        return new ParkedItemIndex(
                new DeadLetterTable(this, DEAD_LETTERS, Duration.ofSeconds(1)),
                route,
                Clock.systemUTC(),
                nanoTime,
                maxItems);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
