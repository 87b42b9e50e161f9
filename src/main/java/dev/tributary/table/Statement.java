package dev.tributary.table;

import dev.tributary.model.Item;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

/**
 * A guarded write of one row as a PartiQL statement. Unlike those of BatchWriteItem, the writes of a batch of
 * statements have conditions.
 *
 * <p>If a statement succeeds, the table is as after the same write by {@link TargetTable}. A statement assumes the
 * row that should be there according to the stream, so if it fails, the guard may still allow the write.
 *
 * @param key of the row; unique in a batch
 * @param text with a {@code ?} for every value, so it contains no payload
 */
record Statement(Item key, String text, List<AttributeValue> parameters) {

    BatchStatementRequest request() {
        return BatchStatementRequest.builder()
                .statement(text)
                .parameters(parameters)
                .build();
    }
}
