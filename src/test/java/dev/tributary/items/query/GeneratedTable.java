package dev.tributary.items.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/** A client of one partition with as many rows as a test wants: a row exists only while it is being returned. */
final class GeneratedTable implements DynamoDbAsyncClient {

    /** What DynamoDB reads in a call. */
    private static final int CALL_BYTES = 1024 * 1024;

    private final int rows;
    private final int rowBytes;
    int largestResponse;
    int calls;

    GeneratedTable(int rows, int rowBytes) {
        this.rows = rows;
        this.rowBytes = rowBytes;
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        calls++;
        int first = request.hasExclusiveStartKey()
                ? Integer.parseInt(request.exclusiveStartKey().get("s").n()) + 1
                : 0;
        int most = Math.min(request.limit(), Math.max(1, CALL_BYTES / rowBytes));
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        for (int number = first; number < Math.min(rows, first + most); number++) {
            items.add(row(number));
        }
        largestResponse = Math.max(largestResponse, items.size());
        QueryResponse.Builder response = QueryResponse.builder().items(items);
        if (first + most < rows) {
            response.lastEvaluatedKey(key(first + most - 1));
        }
        return CompletableFuture.completedFuture(response.build());
    }

    private Map<String, AttributeValue> row(int number) {
        Map<String, AttributeValue> row = new HashMap<>(key(number));
        row.put("text", AttributeValue.fromS("x".repeat(rowBytes)));
        return row;
    }

    private static Map<String, AttributeValue> key(int number) {
        return Map.of("p", AttributeValue.fromS("p"), "s", AttributeValue.fromN(String.valueOf(number)));
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
