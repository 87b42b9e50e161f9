package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

/** Compares the fake with DynamoDB Local: the same writes leave the same rows and have the same outcomes. */
@Tag("slow")
class FakeDynamoDbTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int WRITES = 400;

    /** Rows that replication did not write, or that were edited. */
    private static final List<Map<String, AttributeValue>> ODD_MARKS = List.of(
            Map.of(),
            Map.of(VersionStamp.ATTRIBUTE, AttributeValue.fromS("text")),
            Map.of(VersionStamp.ATTRIBUTE, AttributeValue.fromM(Map.of())),
            Map.of(VersionStamp.ATTRIBUTE, AttributeValue.fromM(Map.of("o", AttributeValue.fromN("1")))),
            Map.of(
                    VersionStamp.ATTRIBUTE,
                    AttributeValue.fromM(
                            Map.of("o", AttributeValue.fromS("users/owner0"), "v", AttributeValue.fromN("7")))),
            Map.of(VersionStamp.ATTRIBUTE, AttributeValue.fromM(Map.of("t", AttributeValue.fromN("0")))));

    private final Random random = new Random(20261121);
    private int written;

    static List<Policies> policies() {
        Optional<Tombstones> buried = Optional.of(new Tombstones(Duration.ofDays(7)));
        return List.of(
                Policies.USUAL,
                new Policies(CollisionPolicy.LATEST, buried),
                new Policies(CollisionPolicy.REJECT, Optional.empty()),
                new Policies(CollisionPolicy.REJECT, buried));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void guardedWritesDecideAsInDynamoDb(Policies policies) {
        String name = dynamo.createTable("target", "city:S");
        FakeTables tables = new FakeTables();
        tables.create(name, "city");
        DynamoDbAsyncClient fake = new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT);
        TargetTable onFake = new TargetTable(fake, name, policies);
        TargetTable onLocal = new TargetTable(dynamo.asyncClient(), name, policies);
        Map<String, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < WRITES; i++) {
            if (random.nextInt(20) == 0) {
                Map<String, AttributeValue> odd = new HashMap<>(ODD_MARKS.get(random.nextInt(ODD_MARKS.size())));
                odd.putAll(key().attributes());
                fake.putItem(put -> put.tableName(name).item(odd)).join();
                dynamo.client().putItem(put -> put.tableName(name).item(odd));
            }
            TargetWrite write = write();
            String outcome = end(onLocal, write);
            assertThat(end(onFake, write)).as("%d: %s", i, write).isEqualTo(outcome);
            outcomes.merge(outcome, 1, Integer::sum);
            if (i % 10 == 0 || i == WRITES - 1) {
                assertThat(tables.rows(name).values())
                        .as("rows after write %d", i)
                        .containsExactlyInAnyOrderElementsOf(dynamo.client()
                                .scan(scan -> scan.tableName(name).consistentRead(true))
                                .items());
            }
        }
        assertThat(outcomes.get("APPLIED")).isGreaterThan(WRITES / 40);
        assertThat(outcomes.get("SUPERSEDED")).isGreaterThan(WRITES / 20);
        if (policies.collisions() == CollisionPolicy.REJECT) {
            assertThat(outcomes.get("SCHEMA: the row under this key is another item's"))
                    .isGreaterThan(WRITES / 20);
        }
    }

    private static String end(TargetTable table, TargetWrite write) {
        return table.apply(write, () -> true)
                .handle((outcome, thrown) -> {
                    if (thrown == null) {
                        return outcome.name();
                    }
                    WriteFailure failure = WriteFailure.of(thrown);
                    return failure.kind() + ": " + failure.message();
                })
                .join();
    }

    @Test
    void statementsDecideAsInDynamoDb() {
        String name = dynamo.createTable("target", "city:S");
        FakeTables tables = new FakeTables();
        tables.create(name, "city");
        DynamoDbAsyncClient fake = new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT);
        Map<BatchStatementErrorCodeEnum, Integer> codes = new HashMap<>();
        int succeeded = 0;
        for (int i = 0; i < WRITES; i++) {
            if (random.nextInt(20) == 0) {
                Map<String, AttributeValue> odd = new HashMap<>(ODD_MARKS.get(random.nextInt(ODD_MARKS.size())));
                odd.putAll(key().attributes());
                fake.putItem(put -> put.tableName(name).item(odd)).join();
                dynamo.client().putItem(put -> put.tableName(name).item(odd));
            }
            if (random.nextInt(10) == 0) {
                Map<String, AttributeValue> gone = key().attributes();
                fake.deleteItem(delete -> delete.tableName(name).key(gone)).join();
                dynamo.client().deleteItem(delete -> delete.tableName(name).key(gone));
            }
            BatchExecuteStatementRequest request = BatchExecuteStatementRequest.builder()
                    .statements(statement(name))
                    .build();
            BatchStatementError expected = error(dynamo.asyncClient(), request);
            BatchStatementError answered = error(fake, request);
            if (expected == null) {
                succeeded++;
                assertThat(answered).as("%d: %s", i, request).isNull();
            } else {
                assertThat(answered).as("%d: %s", i, request).isNotNull();
                assertThat(answered.code()).as("%d: %s", i, request).isEqualTo(expected.code());
                codes.merge(expected.code(), 1, Integer::sum);
            }
            if (i % 10 == 0 || i == WRITES - 1) {
                assertThat(tables.rows(name).values())
                        .as("rows after statement %d", i)
                        .containsExactlyInAnyOrderElementsOf(dynamo.client()
                                .scan(scan -> scan.tableName(name).consistentRead(true))
                                .items());
            }
        }
        assertThat(succeeded).isGreaterThan(WRITES / 10);
        assertThat(codes.get(BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED))
                .isGreaterThan(WRITES / 10);
        assertThat(codes.get(BatchStatementErrorCodeEnum.DUPLICATE_ITEM)).isGreaterThan(WRITES / 20);
    }

    private static @Nullable BatchStatementError error(
            DynamoDbAsyncClient client, BatchExecuteStatementRequest request) {
        return client.batchExecuteStatement(request).join().responses().get(0).error();
    }

    /** The statements of guarded batches: the row should be new, or an older one of its owner with known attribute names. */
    private BatchStatementRequest statement(String table) {
        AttributeValue city = key().attributes().get("city");
        AttributeValue owner = AttributeValue.fromS("users/owner" + random.nextInt(8) / 7);
        AttributeValue version =
                AttributeValue.fromS("v" + (1000 + written++ - (random.nextInt(4) == 0 ? random.nextInt(100) : 0)));
        AttributeValue digest = AttributeValue.fromS("names" + random.nextInt(8) / 7);
        AttributeValue stamp = AttributeValue.fromM(Map.of("o", owner, "v", version, "a", digest));
        AttributeValue n = AttributeValue.fromN(Integer.toString(random.nextInt(1_000)));
        String guard = " WHERE \"city\" = ? AND \"_tributary\".\"o\" = ? AND \"_tributary\".\"v\" < ?";
        return switch (random.nextInt(4)) {
            case 0 ->
                statement("INSERT INTO \"" + table + "\" VALUE {'city': ?, 'n': ?, '_tributary': ?}", city, n, stamp);
            case 1 -> statement("DELETE FROM \"" + table + "\"" + guard, city, owner, version);
            default ->
                statement(
                        "UPDATE \"" + table + "\" SET \"" + (random.nextBoolean() ? "n" : "m") + "\" = ?"
                                + " SET \"_tributary\" = ?"
                                + (random.nextBoolean() ? " REMOVE \"gone\" REMOVE \"o\"" : "")
                                + guard + " AND \"_tributary\".\"a\" = ?",
                        n,
                        stamp,
                        city,
                        owner,
                        version,
                        AttributeValue.fromS("names" + random.nextInt(8) / 7));
        };
    }

    private static BatchStatementRequest statement(String text, AttributeValue... parameters) {
        return BatchStatementRequest.builder()
                .statement(text)
                .parameters(parameters)
                .build();
    }

    private TargetWrite write() {
        VersionStamp stamp = new VersionStamp(
                new ItemKey("users/owner" + random.nextInt(3)),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(random.nextInt(10 + written++))),
                Instant.ofEpochSecond(random.nextInt(3) + written / 20));
        Set<Item> vacated = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            vacated.add(key());
        }
        if (random.nextInt(4) == 0) {
            return new TargetWrite.Delete(stamp, vacated);
        }
        Item to = key();
        Map<String, AttributeValue> attributes = new HashMap<>(to.attributes());
        attributes.put("n", AttributeValue.fromN(Integer.toString(random.nextInt(1_000))));
        Row row = new Row(to, new Item(attributes));
        vacated.remove(to);
        return vacated.isEmpty() || random.nextBoolean()
                ? new TargetWrite.Upsert(stamp, row)
                : new TargetWrite.Move(stamp, vacated, row);
    }

    private Item key() {
        return new Item(Map.of("city", AttributeValue.fromS("city" + random.nextInt(4))));
    }
}
