package dev.tributary.latewrite;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/** Late writes for tests of other classes. */
public final class GivenLateWrites {

    private GivenLateWrites() {}

    /** The late writes of a source without other workers. */
    public static LateWrites none() {
        return recorded(new CopyOnWriteArrayList<>());
    }

    /** The same; adds the operations on its table to {@code calls}. */
    public static LateWrites recorded(List<String> calls) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "late-writes");
            thread.setDaemon(true);
            return thread;
        });
        return in(new LateWriteTable(new EmptyTable(calls), "late-writes", Duration.ofSeconds(1)), timer);
    }

    /** The timing for AWS. */
    public static LateWrites in(LateWriteTable table, ScheduledExecutorService timer) {
        return LateWrites.ofDaemon(
                table,
                "users",
                UUID.randomUUID().toString(),
                new LateWriteTiming(Duration.ofMinutes(15)),
                InstantSource.system(),
                timer,
                new SimpleMeterRegistry());
    }

    /** A client that answers every call and stores nothing. */
    private record EmptyTable(List<String> calls) implements DynamoDbAsyncClient {

        @Override
        public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
            calls.add("PutItem");
            return CompletableFuture.completedFuture(PutItemResponse.builder().build());
        }

        @Override
        public CompletableFuture<DeleteItemResponse> deleteItem(DeleteItemRequest request) {
            calls.add("DeleteItem");
            return CompletableFuture.completedFuture(
                    DeleteItemResponse.builder().build());
        }

        @Override
        public CompletableFuture<QueryResponse> query(QueryRequest request) {
            calls.add("Query");
            return CompletableFuture.completedFuture(
                    QueryResponse.builder().items(List.of()).build());
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
