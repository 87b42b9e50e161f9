package dev.tributary.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.reconcile.LeftPage;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The tables of a policy's test: what happens to them beside the daemon, and what a killed one leaves. */
record PolicyTables(LocalDynamoDb dynamo, String leases, String deadLetters, String jobs) {

    private static final Duration LONG = Duration.ofSeconds(30);

    void create(String name, String key, boolean stream) {
        TableControl table = new TableControl(dynamo.asyncClient(), name);
        table.create(TableDefinition.of(KeySchema.parse(key))
                        .withStream(stream)
                        .withIndex("by-state", KeySchema.parse("state:S, expires:N")))
                .thenCompose(created -> table.awaitActive(LONG))
                .join();
    }

    /** The shards will be read from their beginning again. */
    void rewind() {
        dynamo.client().scan(scan -> scan.tableName(leases)).items().stream()
                .filter(row -> row.containsKey("checkpoint"))
                .forEach(row -> dynamo.client().updateItem(update -> update.tableName(leases)
                        .key(Map.of("leaseKey", row.get("leaseKey")))
                        .updateExpression("SET checkpoint = :start")
                        .expressionAttributeValues(Map.of(":start", AttributeValue.fromS("TRIM_HORIZON")))));
    }

    /** A redrive stores the reason if it is not the one that is stored. */
    void changeReasons() {
        dynamo.client().scan(scan -> scan.tableName(deadLetters)).items().stream()
                .filter(row -> row.containsKey("reason"))
                .forEach(row -> {
                    Map<String, AttributeValue> changed = new HashMap<>(row);
                    changed.put("reason", AttributeValue.fromS("another"));
                    dynamo.client().putItem(put -> put.tableName(deadLetters).item(changed));
                });
    }

    void leavePage(String route) {
        Map<String, String> row = Map.of("city", "Oslo", "email", "gone");
        LeftPage.record(
                dynamo.asyncClient(),
                jobs,
                route,
                new Item(item(Map.of("email", "gone", "kind", "k"))),
                new Item(item(row)));
    }

    void put(String table, Map<String, String> item) {
        dynamo.client().putItem(put -> put.tableName(table).item(item(item)));
    }

    /** Leaves a row of an item under a key that the item does not have. */
    void duplicate(String table, Map<String, String> key, String city) {
        Map<String, AttributeValue> row = new HashMap<>(dynamo.client()
                .getItem(get -> get.tableName(table).key(item(key)))
                .item());
        row.put("city", AttributeValue.fromS(city));
        dynamo.client().putItem(put -> put.tableName(table).item(row));
    }

    void delete(String table, Map<String, String> key) {
        dynamo.client().deleteItem(delete -> delete.tableName(table).key(item(key)));
    }

    private static Map<String, AttributeValue> item(Map<String, String> values) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, value -> AttributeValue.fromS(value.getValue())));
    }

    void awaitRows(String table, int rows) {
        await().atMost(LONG).untilAsserted(() -> assertThat(dynamo.client()
                        .scan(scan -> scan.tableName(table).consistentRead(true))
                        .count())
                .isEqualTo(rows));
    }
}
