package dev.tributary.items;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

/** A client of an empty table whose puts end as the test requires. Safe for any thread. */
public final class FakeTable implements DynamoDbAsyncClient {

    public final List<PutItemRequest> puts = new CopyOnWriteArrayList<>();

    private volatile Map<String, AttributeValue> item = Map.of();

    private volatile @Nullable CompletableFuture<GetItemResponse> reads;

    private volatile Supplier<CompletableFuture<PutItemResponse>> answer =
            () -> CompletableFuture.completedFuture(PutItemResponse.builder().build());

    public void answers(CompletableFuture<PutItemResponse> future) {
        answer = () -> future;
    }

    public void fails(Throwable failure) {
        answer = () -> CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
        puts.add(request);
        return answer.get();
    }

    /** Every read finds this item; at first there is none. */
    public void holds(Map<String, AttributeValue> read) {
        item = read;
    }

    /** Sets the result of every read. */
    public void answersReads(CompletableFuture<GetItemResponse> future) {
        reads = future;
    }

    @Override
    public CompletableFuture<GetItemResponse> getItem(GetItemRequest request) {
        if (reads != null) {
            return reads;
        }
        return CompletableFuture.completedFuture((item.isEmpty()
                        ? GetItemResponse.builder()
                        : GetItemResponse.builder().item(item))
                .build());
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
