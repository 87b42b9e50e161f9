package dev.tributary.table;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.Item;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Writes of jobs to a target table, on the condition that the row still has the version stamp that the job saw; a row with
 * an earlier one of the same owner may be deleted too.
 *
 * <p>A change of the item that replication has applied since then has a later version and fails the condition, so these
 * writes never undo a change. They create no row. Each call is one attempt, as in {@link TargetTable}. Safe for any
 * thread.
 */
public final class ExactWrites {

    private static final Map<String, String> NAMES =
            Map.of("#stamp", VersionStamp.ATTRIBUTE, "#o", StampAttribute.OWNER, "#v", StampAttribute.VERSION);

    private static final String OWN_AND_NOT_NEWER = "#stamp.#o = :o AND #stamp.#v <= :v";

    private static final String OWN_AND_EQUAL = "#stamp.#o = :o AND #stamp.#v = :v";

    /** Attributes of an unstamped row that are compared: an expression may be 4 KB long. */
    private static final int MAX_COMPARED = 100;

    private final DynamoDbAsyncClient client;
    private final String table;

    public ExactWrites(DynamoDbAsyncClient client, String table) {
        this.client = client;
        this.table = table;
    }

    /**
     * Deletes the row, without a tombstone, unless it is newer than the stamp or another item's.
     *
     * @return whether a row was deleted
     */
    public CompletableFuture<Boolean> remove(VersionStamp seen, Item key) {
        return Calls.applied(client.deleteItem(request -> request.tableName(table)
                .key(key.attributes())
                .conditionExpression(OWN_AND_NOT_NEWER)
                .expressionAttributeNames(NAMES)
                .expressionAttributeValues(values(seen))));
    }

    /**
     * Replaces the row, with the {@linkplain dev.tributary.model.Version#successor successor} of the version, if it still
     * has the stamp.
     *
     * @return whether the row was replaced
     */
    public CompletableFuture<Boolean> replace(VersionStamp seen, Row row) {
        VersionStamp repaired = new VersionStamp(seen.owner(), seen.version().successor(), seen.createdAt());
        Map<String, AttributeValue> item = new HashMap<>(row.item().attributes());
        item.put(
                VersionStamp.ATTRIBUTE,
                StampAttribute.of(repaired, row.item().attributes().keySet()));
        return Calls.applied(client.putItem(request -> request.tableName(table)
                .item(item)
                .conditionExpression(OWN_AND_EQUAL)
                .expressionAttributeNames(NAMES)
                .expressionAttributeValues(values(seen))));
    }

    /**
     * Deletes a row that replication did not write, if it still has no version stamp and the attributes that were seen.
     *
     * @return whether a row was deleted
     */
    public CompletableFuture<Boolean> removeUnstamped(Row seen) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        names.put("#stamp", VersionStamp.ATTRIBUTE);
        StringBuilder condition = new StringBuilder("attribute_not_exists(#stamp.")
                .append(StampAttribute.OWNER)
                .append(')');
        seen.item().attributes().entrySet().stream().limit(MAX_COMPARED).forEach(attribute -> {
            int number = values.size();
            names.put("#a" + number, attribute.getKey());
            values.put(":a" + number, attribute.getValue());
            condition.append(" AND #a").append(number).append(" = :a").append(number);
        });
        return Calls.applied(client.deleteItem(request -> request.tableName(table)
                .key(seen.key().attributes())
                .conditionExpression(condition.toString())
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)));
    }

    private static Map<String, AttributeValue> values(VersionStamp seen) {
        return Map.of(":o", StampAttribute.owner(seen), ":v", StampAttribute.version(seen));
    }
}
