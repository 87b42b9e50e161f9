package dev.tributary.items;

import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.util.HashMap;
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
 * One write of one item, with its condition: a value that is sent alone or in a transaction. In both cases a failed
 * condition returns the current item.
 *
 * @param attributes the whole item for {@link Kind#PUT}, else its key
 * @param update the update expression, for {@link Kind#UPDATE}
 * @param condition empty for an unconditional write
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

    private static final String MARK_NAME = "#mark";
    private static final String MARK_VALUE = ":mark";

    private static final ReturnValuesOnConditionCheckFailure RETURN_ITEM = ReturnValuesOnConditionCheckFailure.ALL_OLD;

    public ItemWrite {
        attributes = Map.copyOf(attributes);
        names = Map.copyOf(names);
        values = Map.copyOf(values);
    }

    /** This write with a mark in the item. A removal has none. */
    ItemWrite marked(AttributeValue mark) {
        if (kind == Kind.PUT) {
            Map<String, AttributeValue> item = new HashMap<>(attributes);
            item.put(VersionStamp.WRITE, mark);
            return new ItemWrite(kind, table, item, update, condition, names, values);
        }
        if (kind == Kind.DELETE) {
            throw new IllegalStateException("an item that is removed cannot be marked");
        }
        String set = "SET " + MARK_NAME + "=" + MARK_VALUE;
        String whole = update.map(text -> text.startsWith("SET ") ? set + "," + text.substring(4) : set + " " + text)
                .orElse(set);
        return new ItemWrite(kind, table, attributes, Optional.of(whole), condition, withMark(names), withMark(mark));
    }

    /** The write that marks the item of this removal, on the same condition; there has to be an item. */
    ItemWrite markBefore(AttributeValue mark) {
        String exists = "attribute_exists(#key)";
        Map<String, String> marked = new HashMap<>(withMark(names));
        marked.put("#key", attributes.keySet().iterator().next());
        return new ItemWrite(
                Kind.UPDATE,
                table,
                attributes,
                Optional.of("SET " + MARK_NAME + "=" + MARK_VALUE),
                Optional.of(
                        condition.map(text -> exists + " AND (" + text + ")").orElse(exists)),
                marked,
                withMark(mark));
    }

    /** This removal on the further condition that the item still has the mark, which a later {@code PATCH} keeps. */
    ItemWrite ofMarked(AttributeValue mark) {
        String marked = MARK_NAME + "=" + MARK_VALUE;
        return new ItemWrite(
                kind,
                table,
                attributes,
                update,
                Optional.of(
                        condition.map(text -> marked + " AND (" + text + ")").orElse(marked)),
                withMark(names),
                withMark(mark));
    }

    private static Map<String, String> withMark(Map<String, String> others) {
        Map<String, String> all = new HashMap<>(others);
        all.put(MARK_NAME, VersionStamp.WRITE);
        return all;
    }

    private Map<String, AttributeValue> withMark(AttributeValue mark) {
        Map<String, AttributeValue> all = new HashMap<>(values);
        all.put(MARK_VALUE, mark);
        return all;
    }

    /**
     * Sends the write in a separate call.
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
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM)
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
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                        .build());
            case DELETE ->
                client.deleteItem(DeleteItemRequest.builder()
                        .tableName(table)
                        .key(attributes)
                        .conditionExpression(orNull(condition))
                        .expressionAttributeNames(orNull(names))
                        .expressionAttributeValues(orNull(values))
                        .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                        .build());
        };
    }

    /**
     * Returns the write as an action of a transaction. An update without an expression becomes a condition check: the
     * service requires an expression in the updates of transactions, unlike in single updates, and unlike DynamoDB
     * Local.
     */
    public TransactWriteItem transactItem() {
        TransactWriteItem.Builder item = TransactWriteItem.builder();
        if (kind == Kind.UPDATE && update.isEmpty() && condition.isPresent()) {
            return item.conditionCheck(check -> check.tableName(table)
                            .key(attributes)
                            .conditionExpression(condition.get())
                            .expressionAttributeNames(orNull(names))
                            .expressionAttributeValues(orNull(values))
                            .returnValuesOnConditionCheckFailure(RETURN_ITEM))
                    .build();
        }
        return switch (kind) {
            case PUT ->
                item.put(put -> put.tableName(table)
                                .item(attributes)
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM))
                        .build();
            case UPDATE ->
                item.update(change -> change.tableName(table)
                                .key(attributes)
                                .updateExpression(orNull(update))
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM))
                        .build();
            case DELETE ->
                item.delete(put -> put.tableName(table)
                                .key(attributes)
                                .conditionExpression(orNull(condition))
                                .expressionAttributeNames(orNull(names))
                                .expressionAttributeValues(orNull(values))
                                .returnValuesOnConditionCheckFailure(condition.isEmpty() ? null : RETURN_ITEM))
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
