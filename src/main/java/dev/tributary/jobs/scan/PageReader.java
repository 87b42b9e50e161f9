package dev.tributary.jobs.scan;

import dev.tributary.model.ItemSize;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** Reads pages of one table. The last page is the estimate of what the next one costs. Safe for any thread. */
final class PageReader {

    /** Bytes that half a read unit, the cost of a read without consistency, pays for. */
    private static final int BYTES_OF_HALF_A_UNIT = 4096;

    private static final double HALF = 0.5;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final boolean consistent;
    private final PacedCalls calls;

    /** Units of a page; a race between two segments does no harm. */
    private volatile double estimate = 1;

    PageReader(DynamoDbAsyncClient client, String table, boolean consistent, PacedCalls calls) {
        this.client = client;
        this.table = table;
        this.consistent = consistent;
        this.calls = calls;
    }

    /** @param limit most items of the page */
    CompletableFuture<ScanResponse> read(int segments, SegmentPosition from, int limit) {
        return calls.run(
                        estimate,
                        this::consumed,
                        () -> client.scan(request -> request.tableName(table)
                                .totalSegments(segments)
                                .segment(from.segment())
                                .limit(limit)
                                .consistentRead(consistent)
                                .exclusiveStartKey(from.after().isEmpty() ? null : from.after())
                                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)))
                .thenApply(response -> {
                    estimate = Math.max(HALF, consumed(response));
                    return response;
                });
    }

    private double consumed(ScanResponse response) {
        ConsumedCapacity consumed = response.consumedCapacity();
        if (consumed != null && consumed.capacityUnits() != null) {
            return consumed.capacityUnits();
        }
        long bytes = 0;
        for (Map<String, AttributeValue> item : response.items()) {
            bytes += ItemSize.of(item);
        }
        return Math.ceil((double) bytes / BYTES_OF_HALF_A_UNIT) * HALF * (consistent ? 2 : 1);
    }
}
