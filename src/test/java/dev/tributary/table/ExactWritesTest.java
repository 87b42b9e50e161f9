package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ExactWritesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String EPOCH = "2026-11-21T00:00:00.000";
    private static final Item KEY = new Item(Map.of("city", AttributeValue.fromS("Oakland")));
    private static final KeySchema SCHEMA = KeySchema.parse("city:S");

    private String table;
    private TargetTable target;
    private ExactWrites exact;

    @BeforeEach
    void createTable() {
        table = dynamo.createTable("users_by_city", "city:S");
        target = new TargetTable(dynamo.asyncClient(), table, Policies.USUAL);
        exact = new ExactWrites(dynamo.asyncClient(), table);
    }

    private static VersionStamp stamp(String owner, Version version) {
        return new VersionStamp(
                ItemKey.of("users", Map.of("email", AttributeValue.fromS(owner))), version, Instant.EPOCH);
    }

    private static VersionStamp change(String owner, int sequence) {
        return stamp(owner, Version.of(EPOCH, Integer.toString(sequence)));
    }

    private static Row row(int n) {
        return new Row(
                KEY,
                new Item(Map.of(
                        "city", AttributeValue.fromS("Oakland"), "n", AttributeValue.fromN(Integer.toString(n)))));
    }

    private void put(VersionStamp stamp, int n) {
        target.apply(new TargetWrite.Upsert(stamp, row(n)), () -> true).join();
    }

    private Optional<StoredRow> stored() {
        Map<String, AttributeValue> row = dynamo.client()
                .getItem(get -> get.tableName(table).key(KEY.attributes()).consistentRead(true))
                .item();
        return row.isEmpty() ? Optional.empty() : Optional.of(StoredRow.of(row, SCHEMA));
    }

    @Test
    void aRowIsRemovedUnlessAChangeHasWrittenItSinceOrItIsAnothersOrGone() {
        VersionStamp seen = stamp("ann", Version.beforeAllOf(EPOCH));
        assertThat(exact.remove(seen, KEY).join()).isFalse();

        put(seen, 1);
        assertThat(exact.remove(stamp("bob", Version.beforeAllOf(EPOCH)), KEY).join())
                .isFalse();
        assertThat(exact.remove(seen, KEY).join()).isTrue();
        assertThat(stored()).isEmpty();

        put(change("ann", 1), 2);
        assertThat(exact.remove(seen, KEY).join()).isFalse();
        assertThat(stored()).isPresent();
    }

    @Test
    void aRowIsReplacedOnlyWhileItHasTheStampThatWasSeen() {
        put(change("ann", 7), 1);
        StoredRow read = stored().orElseThrow();
        assertThat(read.stamp()).contains(change("ann", 7));
        assertThat(read.row()).isEqualTo(row(1));
        assertThat(read.tombstone()).isFalse();

        assertThat(exact.replace(change("ann", 6), row(2)).join()).isFalse();
        assertThat(exact.replace(change("bob", 7), row(2)).join()).isFalse();
        assertThat(exact.replace(change("ann", 7), row(2)).join()).isTrue();
        assertThat(exact.replace(change("ann", 7), row(3)).join()).isFalse();
        assertThat(stored().orElseThrow().row()).isEqualTo(row(2));
    }

    @Test
    void aRepairedRowIsLaterThanItsChangeAndEarlierThanTheNext() {
        put(change("ann", 7), 1);
        exact.replace(change("ann", 7), row(2)).join();

        put(change("ann", 7), 1);
        assertThat(stored().orElseThrow().row()).isEqualTo(row(2));
        put(change("ann", 8), 3);
        assertThat(stored().orElseThrow().row()).isEqualTo(row(3));
    }

    @Test
    void noRowIsCreated() {
        assertThat(exact.replace(change("ann", 7), row(2)).join()).isFalse();
        assertThat(stored()).isEmpty();
    }

    @Test
    void aRowWithoutAStampIsReadAsOne() {
        assertThat(StoredRow.of(row(1).item().attributes(), SCHEMA))
                .isEqualTo(new StoredRow(row(1), Optional.empty(), false));
    }
}
