package dev.tributary.table;

import static dev.tributary.table.CityRows.delete;
import static dev.tributary.table.CityRows.key;
import static dev.tributary.table.CityRows.move;
import static dev.tributary.table.CityRows.stamp;
import static dev.tributary.table.CityRows.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class TargetTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ADA = "ada";
    private static final String BOB = "bob";

    private String name;
    private TargetTable table;

    @BeforeEach
    void createTable() {
        name = dynamo.createTable("target", "city:S");
        table = new TargetTable(dynamo.asyncClient(), name, Policies.USUAL);
    }

    @Test
    void anUpsertWritesTheRowWithItsMark() {
        assertThat(apply(upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
        Map<String, AttributeValue> row = row("Oakland").orElseThrow();
        assertThat(row.get("owner").s()).isEqualTo(ADA);
        assertThat(row.get(VersionStamp.ATTRIBUTE).m()).containsOnlyKeys("o", "v", "t", "a");
    }

    @Test
    void aRepeatedUpsertChangesNothing() {
        apply(upsert(ADA, 1, "Oakland"));
        var rested = row("Oakland");
        assertThat(apply(upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
        assertThat(row("Oakland")).isEqualTo(rested);
    }

    @Test
    void aRowThatRefusesANewerChangeOfItsItemIsFound() {
        apply(upsert(ADA, 9, "Oakland"));
        VersionStamp later = new VersionStamp(
                new ItemKey(ADA), Version.of("2026-11-21T00:00:00.000", "5"), Instant.ofEpochSecond(120));
        for (TargetWrite write : List.of(
                new TargetWrite.Upsert(later, CityRows.row(ADA, "Oakland")),
                new TargetWrite.Delete(later, Set.of(key("Oakland"))),
                new TargetWrite.Move(later, Set.of(key("Oakland")), CityRows.row(ADA, "Berkeley")))) {
            TargetTable fresh = new TargetTable(dynamo.asyncClient(), name, Policies.USUAL);
            assertThat(fresh.apply(write, () -> true).join()).isEqualTo(Outcome.REGRESSED);
        }
        assertThat(row("Berkeley")).isEmpty();
        assertThat(versionOf("Oakland")).endsWith("9");
    }

    @Test
    void anOlderUpsertDoesNotReplaceANewerRow() {
        apply(upsert(ADA, 2, "Oakland"));
        assertThat(apply(upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        assertThat(versionOf("Oakland")).endsWith("2");
    }

    @Test
    void aRowWithoutAMarkGivesWay() {
        dynamo.client()
                .putItem(request -> request.tableName(name).item(key("Oakland").attributes()));
        assertThat(apply(upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
    }

    @Test
    void aDeleteTakesTheOlderRowOfItsOwner() {
        apply(upsert(ADA, 1, "Oakland"));
        assertThat(apply(delete(ADA, 2, "Oakland"))).isEqualTo(Outcome.APPLIED);
        assertThat(row("Oakland")).isEmpty();
    }

    @Test
    void aDeleteLeavesARowThatIsNotOlder() {
        apply(upsert(ADA, 2, "Oakland"));
        assertThat(apply(delete(ADA, 1, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        assertThat(row("Oakland")).isPresent();
    }

    @Test
    void aDeleteLeavesTheRowOfAnotherItem() {
        apply(upsert(BOB, 1, "Oakland"));
        assertThat(apply(delete(ADA, 9, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        assertThat(row("Oakland")).isPresent();
    }

    @Test
    void aMoveTakesTheOldRowAndBringsTheNew() {
        apply(upsert(ADA, 1, "Oakland"));
        assertThat(apply(move(ADA, 2, "Berkeley", "Oakland"))).isEqualTo(Outcome.APPLIED);
        assertThat(cities()).containsExactly("Berkeley");
    }

    @Test
    void aMoveFromARowThatNeverCameBringsTheNewRow() {
        assertThat(apply(move(ADA, 2, "Berkeley", "Oakland"))).isEqualTo(Outcome.APPLIED);
        assertThat(cities()).containsExactly("Berkeley");
    }

    /** As after many moves that were merged: the row is under the first key, and the item is never without one. */
    @Test
    void aMoveFromMoreKeysThanATransactionTakesMovesTheRowInTheFirstCall() {
        apply(upsert(ADA, 1, "city0"));
        apply(upsert(ADA, 1, "city150")); // left by a run that stopped half-way
        Set<Item> keys = IntStream.range(0, 200)
                .mapToObj(n -> key("city" + n))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        TargetWrite move = new TargetWrite.Move(stamp(ADA, 2), keys, CityRows.row(ADA, "Oakland"));
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() ->
                        table.apply(move, () -> calls.incrementAndGet() < 2).join())
                .hasCauseInstanceOf(CancellationException.class);
        assertThat(cities()).containsExactlyInAnyOrder("city150", "Oakland");
        assertThat(apply(move)).isEqualTo(Outcome.APPLIED);
        assertThat(cities()).containsExactly("Oakland");
    }

    @Test
    void aMoveLeavesTheOldKeyToAnotherItemThatHasItNow() {
        apply(upsert(BOB, 1, "Oakland"));
        apply(move(ADA, 2, "Berkeley", "Oakland"));
        assertThat(ownerOf("Oakland")).isEqualTo(BOB);
        assertThat(ownerOf("Berkeley")).isEqualTo(ADA);
    }

    @Test
    void aMoveOntoAKeyThatANewerChangeOfAnotherItemWonStillTakesTheOldRow() {
        apply(upsert(ADA, 1, "Oakland"));
        apply(upsert(BOB, 9, "Berkeley"));
        apply(move(ADA, 2, "Berkeley", "Oakland"));
        assertThat(cities()).containsExactly("Berkeley");
        assertThat(ownerOf("Berkeley")).isEqualTo(BOB);
    }

    @Test
    void anOutdatedMoveDoesNothingWhereItsItemHasMovedBack() {
        apply(upsert(ADA, 3, "Oakland"));
        assertThat(apply(move(ADA, 2, "Berkeley", "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        assertThat(cities()).containsExactly("Oakland");
    }

    /** A replay may be the only one to know of the row that it brought back itself. */
    @Test
    void anOutdatedMoveStillTakesTheOlderRowsOfItsItem() {
        apply(upsert(ADA, 9, "Oakland"));
        apply(upsert(ADA, 1, "Alameda"));
        apply(move(ADA, 2, "Berkeley", "Oakland", "Alameda"));
        assertThat(cities()).containsExactly("Oakland");
    }

    @Test
    void aRepeatedMoveChangesNothing() {
        apply(upsert(ADA, 1, "Oakland"));
        apply(move(ADA, 2, "Berkeley", "Oakland"));
        apply(move(ADA, 2, "Berkeley", "Oakland"));
        assertThat(cities()).containsExactly("Berkeley");
    }

    @Test
    void aMoveMayVacateMoreKeysThanATransactionTakes() {
        Set<Item> old = IntStream.range(0, 120)
                .mapToObj(number -> "city" + number)
                .peek(city -> apply(upsert(ADA, 1, city)))
                .map(CityRows::key)
                .collect(Collectors.toSet());
        apply(new TargetWrite.Move(stamp(ADA, 2), old, CityRows.row(ADA, "Berkeley")));
        assertThat(cities()).containsExactly("Berkeley");
    }

    @Test
    void ofTwoItemsUnderOneKeyTheLaterChangeWinsInWhateverOrderTheyCome() {
        apply(upsert(ADA, 1, "Oakland"));
        apply(upsert(BOB, 2, "Oakland"));
        assertThat(ownerOf("Oakland")).isEqualTo(BOB);
        apply(upsert(BOB, 2, "Berkeley"));
        apply(upsert(ADA, 1, "Berkeley"));
        assertThat(ownerOf("Berkeley")).isEqualTo(BOB);
    }

    @Test
    void anAttemptThatCannotSucceedIsASchemaFailure() {
        Row tooLarge = new Row(
                key("Oakland"),
                new Item(Map.of(
                        "city", AttributeValue.fromS("Oakland"),
                        "blob", AttributeValue.fromS("x".repeat(410_000)))));
        assertThatThrownBy(() -> apply(new TargetWrite.Upsert(stamp(ADA, 1), tooLarge)))
                .satisfies(thrown -> assertThat(WriteFailure.of(thrown).kind()).isEqualTo(WriteFailure.Kind.SCHEMA));
    }

    @Test
    void aMoveThatCannotSucceedIsASchemaFailure() {
        Row wrongType = new Row(
                new Item(Map.of("city", AttributeValue.fromN("1"))),
                new Item(Map.of("city", AttributeValue.fromN("1"))));
        assertThatThrownBy(() -> apply(new TargetWrite.Move(stamp(ADA, 1), Set.of(key("Oakland")), wrongType)))
                .satisfies(thrown -> assertThat(WriteFailure.of(thrown).kind()).isEqualTo(WriteFailure.Kind.SCHEMA));
    }

    @Test
    void aMissingTableIsAConfigurationFailure() {
        TargetTable missing = new TargetTable(dynamo.asyncClient(), "no-such-table", Policies.USUAL);
        for (TargetWrite write : Set.of(upsert(ADA, 1, "Oakland"), delete(ADA, 1, "Oakland"), move(ADA, 1, "a", "b"))) {
            assertThatThrownBy(() -> missing.apply(write, () -> true).join())
                    .satisfies(thrown ->
                            assertThat(WriteFailure.of(thrown).kind()).isEqualTo(WriteFailure.Kind.CONFIGURATION));
        }
    }

    private Outcome apply(TargetWrite write) {
        return table.apply(write, () -> true).join();
    }

    private Optional<Map<String, AttributeValue>> row(String city) {
        return CityRows.row(dynamo, name, city);
    }

    private String ownerOf(String city) {
        return row(city).orElseThrow().get("owner").s();
    }

    private String versionOf(String city) {
        return row(city).orElseThrow().get(VersionStamp.ATTRIBUTE).m().get("v").s();
    }

    private Set<String> cities() {
        return dynamo.client().scan(request -> request.tableName(name).consistentRead(true)).items().stream()
                .map(item -> item.get("city").s())
                .collect(Collectors.toSet());
    }
}
