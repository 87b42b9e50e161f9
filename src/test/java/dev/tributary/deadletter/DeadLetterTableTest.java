package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Version;
import dev.tributary.table.TableCreation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;

class DeadLetterTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123456789Z");

    private DeadLetterTable table;

    @BeforeEach
    void createTable() {
        table = new DeadLetterTable(dynamo.asyncClient(), "letters-" + UUID.randomUUID(), Duration.ofSeconds(10));
        assertThat(creation().run().join()).isTrue();
    }

    private TableCreation creation() {
        return new TableCreation(dynamo.asyncClient(), table.name(), DeadLetterTable.KEY, false);
    }

    @Test
    void aTableThatIsThereIsLeftAlone() {
        park("ada", 1, "why");
        assertThat(creation().run().join()).isFalse();
        assertThat(Parked.in(table, ROUTE)).hasSize(1);
        assertThat(dynamo.client()
                        .describeTable(request -> request.tableName(table.name()))
                        .table()
                        .billingModeSummary()
                        .billingMode())
                .isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void theChangesOfARouteAreListedItemByItemInTheirOrder() {
        park("ada", 10, "ten");
        park("bob", 5, "five");
        park("ada", 9, "nine");
        table.park(new ParkedChange("users.other", mark("ada", 1), "other", NOW), insert("ada", 1), () -> true)
                .join();
        assertThat(Parked.in(table, ROUTE))
                .extracting(ParkedChange::reason)
                .containsExactlyInAnyOrder("nine", "ten", "five")
                .containsSubsequence("nine", "ten");
        assertThat(Parked.in(table, ROUTE)).contains(new ParkedChange(ROUTE, mark("bob", 5), "five", NOW));
        assertThat(table.items(ROUTE).join()).containsExactlyInAnyOrder(item("ada"), item("bob"));
        assertThat(table.holds(ROUTE, item("ada")).join()).isTrue();
        assertThat(table.holds(ROUTE, item("eve")).join()).isFalse();
    }

    @Test
    void aChangeThatIsParkedAgainStaysAsItIs() {
        park("ada", 1, "the first reason");
        park("ada", 1, "another");
        assertThat(Parked.in(table, ROUTE)).extracting(ParkedChange::reason).containsExactly("the first reason");

        Change large = large();
        table.park(new ParkedChange(ROUTE, large.mark(), "the first reason", NOW), large, () -> true)
                .join();
        table.park(new ParkedChange(ROUTE, large.mark(), "another", NOW), large, () -> true)
                .join();
        assertThat(Parked.in(table, ROUTE))
                .extracting(ParkedChange::reason)
                .containsExactly("the first reason", "the first reason");
    }

    @Test
    void bothImagesOfAnItemOfTheGreatestSizeAreReadBack() {
        Change large = large();
        park("ada", 1, "small");
        table.park(new ParkedChange(ROUTE, large.mark(), "too large", NOW), large, () -> true)
                .join();
        park("bob", 3, "small");

        assertThat(Parked.change(table, ROUTE, large.mark().owner(), version(2)))
                .contains(large);
        assertThat(Parked.in(table, ROUTE)).hasSize(3);
        assertThat(table.items(ROUTE).join()).containsExactlyInAnyOrder(item("ada"), item("bob"));
        assertThat(Parked.change(table, ROUTE, new ItemKey("users/ada"), version(1)))
                .contains(insert("ada", 1));
    }

    @Test
    void aLargeChangeWhoseFirstRowWasDeletedCanBeParkedAgain() {
        Change large = large();
        ParkedChange parked = new ParkedChange(ROUTE, large.mark(), "too large", NOW);
        table.park(parked, large, () -> true).join();
        dynamo.client().deleteItem(request -> request.tableName(table.name())
                .key(Map.of(
                        "route",
                        AttributeValue.fromS(ROUTE),
                        "position",
                        AttributeValue.fromS(new Position(item("ada"), version(2), 0).encoded()))));
        assertThatThrownBy(() -> table.letters(ROUTE)
                        .read(item("ada"), (letter, change) -> {})
                        .join())
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(table.letters(ROUTE).items(Optional.empty(), 10).join())
                .containsExactly(new ParkedItem(item("ada"), 0, Optional.empty()));
        assertThat(table.before(ROUTE, item("ada"), version(2)).join()).isPresent();

        table.park(parked, large, () -> true).join();
        assertThat(Parked.change(table, ROUTE, large.mark().owner(), version(2)))
                .contains(large);
    }

    @Test
    void moreThanAPageIsRead() {
        for (int i = 0; i < 4; i++) {
            Change large = large();
            table.park(
                            new ParkedChange(ROUTE, mark("item" + i, 1), "too large", NOW),
                            new Change.Modify(
                                    mark("item" + i, 1),
                                    large.before().orElseThrow(),
                                    large.after().orElseThrow()),
                            () -> true)
                    .join();
        }
        assertThat(table.items(ROUTE).join()).hasSize(4);
        assertThat(Parked.in(table, ROUTE)).hasSize(4);
    }

    @Test
    void aTableThatIsMissingHoldsNothingAndTakesNothing() {
        DeadLetterTable missing = new DeadLetterTable(dynamo.asyncClient(), "no-such-table", Duration.ofSeconds(10));
        assertThat(missing.items(ROUTE).join()).isEmpty();
        assertThat(missing.before(ROUTE, item("ada"), version(1)).join()).isEmpty();
        assertThat(missing.letters(ROUTE).items(Optional.empty(), 10).join()).isEmpty();
        assertThat(missing.park(new ParkedChange(ROUTE, mark("ada", 1), "why", NOW), insert("ada", 1), () -> true))
                .failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aPersonSeesWhatItIsAbout() {
        park("ada", 1, "Type mismatch for key city");
        Map<String, AttributeValue> row = dynamo.client()
                .scan(request -> request.tableName(table.name()))
                .items()
                .get(0);
        assertThat(List.of("owner", "change", "reason", "parked", "created"))
                .extracting(name -> row.get(name).s())
                .containsExactly(
                        "users/ada", "INSERT", "Type mismatch for key city", NOW.toString(), "1970-01-01T00:00:01Z");
    }

    private void park(String owner, int version, String reason) {
        table.park(new ParkedChange(ROUTE, mark(owner, version), reason, NOW), insert(owner, version), () -> true)
                .join();
    }

    private static Change insert(String owner, int version) {
        return new Change.Insert(mark(owner, version), new Item(Map.of("email", AttributeValue.fromS(owner))));
    }

    /** Twice 390 KB that no compression makes smaller. */
    private static Change large() {
        return new Change.Modify(mark("ada", 2), noise(1), noise(2));
    }

    private static Item noise(long seed) {
        byte[] bytes = new byte[390 * 1024];
        new Random(seed).nextBytes(bytes);
        return new Item(Map.of("noise", AttributeValue.fromB(SdkBytes.fromByteArray(bytes))));
    }

    private static String item(String owner) {
        return Position.item(new ItemKey("users/" + owner));
    }

    private static Mark mark(String owner, int version) {
        return new Mark(new ItemKey("users/" + owner), version(version), Instant.ofEpochSecond(1));
    }

    private static Version version(int number) {
        return Version.of("2026-11-21T00:00:00.000", Integer.toString(number));
    }
}
