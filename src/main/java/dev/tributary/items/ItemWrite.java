package dev.tributary.items;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * One write of one item, with its condition: a value, to be sent by itself or as a part of a transaction. Either way a
 * condition that fails tells the item as it is.
 *
 * @param attributes the whole item for {@link Kind#PUT}, else its key
 * @param update the update expression, for {@link Kind#UPDATE}
 * @param condition empty: the write is unconditional
 * @param names attribute by placeholder
 * @param values value by placeholder
 */
public record ItemWrite(
        Kind kind,
        String table,
        Map<String, AttributeValue> attributes,
        Optional<String> update,
        Optional<String> condition,
        Map<String, String> names,
        Map<String, AttributeValue> values) {

    /** The operations of DynamoDB. */
    public enum Kind {
        PUT,
        UPDATE,
        DELETE
    }

    private static final ReturnValuesOnConditionCheckFailure TELL = ReturnValuesOnConditionCheckFailure.ALL_OLD;

    public ItemWrite {
        attributes = Map.copyOf(attributes);
        names = Map.copyOf(names);
        values = Map.copyOf(values);
    }

    /**
     * Sends the write by itself.
     *
     * @param timeout with the client's own retries; more than 0
     */
    CompletableFuture<?> call(DynamoDbAsyncClient client, Duration timeout) {
        return switch (kind) {
            case PUT ->
                client.putItem(PutItemRequest.builder()
                        .tableName(table)
                        .item(attributes)
                        .conditionExpression(orNull(condition))
                        .expressionAttributeNames(orNull(names))
                        .expressionAttributeValues(orNull(values))
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                        .build());
            case UPDATE ->
                client.updateItem(UpdateItemRequest.builder()
                        .tableName(table)
                        .key(attributes)
                        .updateExpression(orNull(update))
                        .conditionExpression(orNull(condition))
                        .expressionAttributeNames(orNull(names))
                        .expressionAttributeValues(orNull(values))
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                        .build());
            case DELETE ->
                client.deleteItem(DeleteItemRequest.builder()
                        .tableName(table)
                        .key(attributes)
                        .conditionExpression(orNull(condition))
                        .expressionAttributeNames(orNull(names))
                        .expressionAttributeValues(orNull(values))
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                        .build());
        };
    }

    /**
     * The same write as a part of a transaction. An update that changes nothing is a check there: the service requires an
     * expression of an update in a transaction, other than of one by itself, and other than DynamoDB Local does.
     */
    public TransactWriteItem transactItem() {
        TransactWriteItem.Builder item = TransactWriteItem.builder();
        if (kind == Kind.UPDATE && update.isEmpty() && condition.isPresent()) {
            return item.conditionCheck(check -> check.tableName(table)
                            .key(attributes)
                            .conditionExpression(condition.get())
                            .expressionAttributeNames(orNull(names))
                            .expressionAttributeValues(orNull(values))
                            .returnValuesOnConditionCheckFailure(TELL))
                    .build();
        }
        return switch (kind) {
            case PUT ->
                item.put(put -> put.tableName(table)
                                .item(attributes)
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL))
                        .build();
            case UPDATE ->
                item.update(put -> put.tableName(table)
                                .key(attributes)
                                .updateExpression(orNull(update))
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL))
                        .build();
            case DELETE ->
                item.delete(put -> put.tableName(table)
                                .key(attributes)
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : TELL))
                        .build();
        };
    }

    /** The names only: values may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "ItemWrite[%s %s %s]".formatted(kind, table, attributes.keySet());
    }

    private static @Nullable String orNull(Optional<String> expression) {
        return expression.orElse(null);
    }

    /** DynamoDB refuses an empty map here. */
    private static <V> @Nullable Map<String, V> orNull(Map<String, V> map) {
        return map.isEmpty() ? null : map;
    }
}
