package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.table.TargetTable;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Holds the fake to DynamoDB Local: the same writes leave the same rows and have the same outcomes. */
class FakeDynamoDbTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int WRITES = 400;

    /** Rows that no replication wrote, or that somebody changed by hand. */
    private static final List<Map<String, AttributeValue>> ODD_MARKS = List.of(
            Map.of(),
            Map.of(Mark.ATTRIBUTE, AttributeValue.fromS("text")),
            Map.of(Mark.ATTRIBUTE, AttributeValue.fromM(Map.of())),
            Map.of(Mark.ATTRIBUTE, AttributeValue.fromM(Map.of("o", AttributeValue.fromN("1")))),
            Map.of(
                    Mark.ATTRIBUTE,
                    AttributeValue.fromM(
                            Map.of("o", AttributeValue.fromS("users/owner0"), "v", AttributeValue.fromN("7")))),
            Map.of(Mark.ATTRIBUTE, AttributeValue.fromM(Map.of("t", AttributeValue.fromN("0")))));

    private final Random random = new Random(20261121);
    private int written;

    @Test
    void guardedWritesDecideAsInDynamoDb() {
        String name = dynamo.createTable("target", "city:S");
        FakeTables tables = new FakeTables();
        tables.create(name, "city");
        DynamoDbAsyncClient fake = new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT);
        TargetTable onFake = new TargetTable(fake, name);
        TargetTable onLocal = new TargetTable(dynamo.asyncClient(), name);
        Map<Outcome, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < WRITES; i++) {
            if (random.nextInt(20) == 0) {
                Map<String, AttributeValue> odd = new HashMap<>(ODD_MARKS.get(random.nextInt(ODD_MARKS.size())));
                odd.putAll(key().attributes());
                fake.putItem(put -> put.tableName(name).item(odd)).join();
                dynamo.client().putItem(put -> put.tableName(name).item(odd));
            }
            TargetWrite write = write();
            Outcome outcome = onLocal.apply(write, () -> true).join();
            assertThat(onFake.apply(write, () -> true).join())
                    .as("%d: %s", i, write)
                    .isEqualTo(outcome);
            outcomes.merge(outcome, 1, Integer::sum);
            if (i % 10 == 0 || i == WRITES - 1) {
                assertThat(tables.rows(name).values())
                        .as("rows after write %d", i)
                        .containsExactlyInAnyOrderElementsOf(dynamo.client()
                                .scan(scan -> scan.tableName(name).consistentRead(true))
                                .items());
            }
        }
        assertThat(outcomes.get(Outcome.APPLIED)).isGreaterThan(WRITES / 10);
        assertThat(outcomes.get(Outcome.SUPERSEDED)).isGreaterThan(WRITES / 10);
    }

    private TargetWrite write() {
        Mark mark = new Mark(
                new ItemKey("users/owner" + random.nextInt(3)),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(random.nextInt(10 + written++))),
                Instant.ofEpochSecond(random.nextInt(3) + written / 20));
        Set<Item> vacated = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            vacated.add(key());
        }
        if (random.nextInt(4) == 0) {
            return new TargetWrite.Delete(mark, vacated);
        }
        Item to = key();
        Map<String, AttributeValue> attributes = new HashMap<>(to.attributes());
        attributes.put("n", AttributeValue.fromN(Integer.toString(random.nextInt(1_000))));
        Row row = new Row(to, new Item(attributes));
        vacated.remove(to);
        return vacated.isEmpty() || random.nextBoolean()
                ? new TargetWrite.Upsert(mark, row)
                : new TargetWrite.Move(mark, vacated, row);
    }

    private Item key() {
        return new Item(Map.of("city", AttributeValue.fromS("city" + random.nextInt(4))));
    }
}
