package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.DoubleAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class DeadLetterTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123456789Z");

    private DeadLetterTable table;

    @BeforeEach
    void createTable() {
        table = new DeadLetterTable(dynamo.asyncClient(), "letters-" + UUID.randomUUID(), Duration.ofSeconds(10));
        assertThat(create().join()).isTrue();
    }

    private CompletableFuture<Boolean> create() {
        return new TableControl(dynamo.asyncClient(), table.name()).create(TableDefinition.of(DeadLetterTable.KEY));
    }

    @Test
    void anExistingTableIsNotCreated() {
        park("ada", 1, "why");
        assertThat(create().join()).isFalse();
        assertThat(Parked.in(table, ROUTE)).hasSize(1);
        assertThat(dynamo.client()
                        .describeTable(request -> request.tableName(table.name()))
                        .table()
                        .billingModeSummary()
                        .billingMode())
                .isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void theDeadLettersOfARouteAreListedByItemAndVersion() {
        park("ada", 10, "ten");
        park("bob", 5, "five");
        park("ada", 9, "nine");
        table.park(new NewDeadLetter("users.other", insert("ada", 1), "other", NOW), () -> true)
                .join();
        assertThat(Parked.in(table, ROUTE))
                .extracting(DeadLetter::reason)
                .containsExactlyInAnyOrder("nine", "ten", "five")
                .containsSubsequence("nine", "ten");
        assertThat(Parked.in(table, ROUTE))
                .contains(new DeadLetter(ROUTE, stamp("bob", 5), "INSERT", "five", NOW, 1, 0));
        assertThat(items()).containsExactlyInAnyOrder(item("ada"), item("bob"));
        assertThat(table.holds(ROUTE, item("ada")).join()).isTrue();
        assertThat(table.holds(ROUTE, item("eve")).join()).isFalse();
    }

    @Test
    void aChangeThatIsParkedTwiceKeepsItsFirstReason() {
        park("ada", 1, "the first reason");
        park("ada", 1, "another");
        assertThat(Parked.in(table, ROUTE)).extracting(DeadLetter::reason).containsExactly("the first reason");

        Change large = large();
        table.park(new NewDeadLetter(ROUTE, large, "the first reason", NOW), () -> true)
                .join();
        table.park(new NewDeadLetter(ROUTE, large, "another", NOW), () -> true).join();
        assertThat(Parked.in(table, ROUTE))
                .extracting(DeadLetter::reason)
                .containsExactly("the first reason", "the first reason");
    }

    @Test
    void bothImagesOfALargestItemAreRead() {
        Change large = large();
        park("ada", 1, "small");
        table.park(new NewDeadLetter(ROUTE, large, "too large", NOW), () -> true)
                .join();
        park("bob", 3, "small");

        assertThat(Parked.change(table, ROUTE, large.stamp().owner(), version(2)))
                .contains(large);
        assertThat(Parked.in(table, ROUTE)).hasSize(3);
        assertThat(items()).containsExactlyInAnyOrder(item("ada"), item("bob"));
        assertThat(Parked.change(table, ROUTE, new ItemKey("users/ada"), version(1)))
                .contains(insert("ada", 1));
    }

    /** Images without a first row are overwritten. */
    @Test
    void aLargeChangeWhoseFirstRowWasDeletedCanBeParkedAgain() {
        Change large = large();
        NewDeadLetter deadLetter = new NewDeadLetter(ROUTE, large, "too large", NOW);
        table.park(deadLetter, () -> true).join();
        delete(DeadLetterRow.key(ROUTE, new DeadLetterPosition(item("ada"), version(2))));
        assertThat(table.deadLetters(ROUTE).items(Optional.empty(), 10).join()).isEmpty();
        assertThat(table.before(ROUTE, item("ada"), version(2)).join()).isEmpty();

        table.park(deadLetter, () -> true).join();
        assertThat(Parked.change(table, ROUTE, large.stamp().owner(), version(2)))
                .contains(large);
    }

    @Test
    void aDeadLetterWithoutImagesIsReportedAndCanBeDiscarded() {
        Change large = large();
        table.park(new NewDeadLetter(ROUTE, large, "too large", NOW), () -> true)
                .join();
        delete(DeadLetterRow.imageKey(ROUTE, new DeadLetterPosition(item("ada"), version(2)), 1));
        assertThatThrownBy(() -> Parked.change(table, ROUTE, large.stamp().owner(), version(2)))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 2 rows of images, not 3");
        assertThat(table.deadLetters(ROUTE).discard(item("ada")).join()).isOne();
        assertThat(rows()).isEmpty();
    }

    @Test
    void anIncompleteFirstRowIsListedAndCanBeDiscarded() {
        dynamo.client().putItem(request -> request.tableName(table.name())
                .item(DeadLetterRow.key(ROUTE, new DeadLetterPosition(item("ada"), version(2)))));
        assertThat(table.deadLetters(ROUTE).items(Optional.empty(), 10).join())
                .containsExactly(new ParkedItem(item("ada"), 1, Optional.empty()));
        assertThat(table.deadLetters(ROUTE).allOf(item("ada"))).failsWithin(Duration.ofSeconds(10));
        assertThat(table.deadLetters(ROUTE).discard(item("ada")).join()).isOne();
        assertThat(rows()).isEmpty();
    }

    @Test
    void aDeletedDeadLetterLeavesNoRow() {
        Change large = large();
        park("ada", 1, "why");
        table.park(new NewDeadLetter(ROUTE, large, "too large", NOW), () -> true)
                .join();
        RouteDeadLetters deadLetters = table.deadLetters(ROUTE);
        deadLetters.of(item("ada")).join().forEach(deadLetter -> assertThat(
                        deadLetters.delete(deadLetter).join())
                .isTrue());
        assertThat(rows()).isEmpty();
    }

    @Test
    void itemsAreListedByPageInOneOrderOverAllBuckets() {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            park("user" + i, 1, "why");
            park("user" + i, 2, "behind");
            items.add(item("user" + i));
        }
        Collections.sort(items);
        List<String> listed = new ArrayList<>();
        List<ParkedItem> page;
        do {
            Optional<String> last = listed.isEmpty() ? Optional.empty() : Optional.of(listed.get(listed.size() - 1));
            page = table.deadLetters(ROUTE).items(last, 7).join();
            assertThat(page).allMatch(item -> item.changes() == 2);
            page.forEach(item -> listed.add(item.item()));
        } while (page.size() == 7);
        assertThat(listed).isEqualTo(items);
    }

    /** The cost of a refresh must not depend on the size of the images. */
    @Test
    void whoIsParkedIsReadWithoutImages() {
        for (int i = 0; i < 3; i++) {
            Change large = new Change.Modify(stamp("item" + i, 1), noise(1), noise(2));
            table.park(new NewDeadLetter(ROUTE, large, "too large", NOW), () -> true)
                    .join();
        }
        DoubleAdder units = new DoubleAdder();
        try (DynamoDbAsyncClient counting = dynamo.configure(DynamoDbAsyncClient.builder())
                .overrideConfiguration(config -> config.addExecutionInterceptor(new ConsumedCapacities(units)))
                .build()) {
            ParkedItemIndex index = new ParkedItemIndex(
                    new DeadLetterTable(counting, table.name(), Duration.ofSeconds(10)), ROUTE, () -> NOW);
            index.refresh(index.moment(Duration.ZERO)).join();
            assertThat(index.items()).isEqualTo(3);
        }
        assertThat(units.sum()).isLessThanOrEqualTo(DeadLetterPosition.BUCKETS);
    }

    /** Sums the capacity units of queries. */
    private record ConsumedCapacities(DoubleAdder units) implements ExecutionInterceptor {
        @Override
        public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
            return context.request() instanceof QueryRequest query
                    ? query.toBuilder()
                            .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                            .build()
                    : context.request();
        }

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            if (context.response() instanceof QueryResponse response) {
                units.add(response.consumedCapacity().capacityUnits());
            }
        }
    }

    @Test
    void anItemWithManyDeadLettersIsFoundOnceAndDoesNotHideTheNext() {
        List<Map<String, AttributeValue>> rows = new ArrayList<>();
        String ada = item("ada");
        for (int i = 0; i < 1_200; i++) {
            rows.add(DeadLetterRow.key(ROUTE, new DeadLetterPosition(ada, version(i))));
        }
        String next = ada.substring(0, 1) + "f".repeat(63);
        rows.add(DeadLetterRow.key(ROUTE, new DeadLetterPosition(next, version(1))));
        for (int from = 0; from < rows.size(); from += 25) {
            List<WriteRequest> some = rows.subList(from, Math.min(rows.size(), from + 25)).stream()
                    .map(row -> WriteRequest.builder()
                            .putRequest(put -> put.item(row))
                            .build())
                    .toList();
            dynamo.client().batchWriteItem(request -> request.requestItems(Map.of(table.name(), some)));
        }
        assertThat(items()).containsExactlyInAnyOrder(ada, next);
    }

    @Test
    void aMissingTableReadsAsEmptyAndStoresNothing() {
        DeadLetterTable missing = new DeadLetterTable(dynamo.asyncClient(), "no-such-table", Duration.ofSeconds(10));
        assertThat(missing.items(DeadLetterPosition.buckets(ROUTE).get(0), item -> true)
                        .join())
                .as("read to the end")
                .isTrue();
        assertThat(missing.before(ROUTE, item("ada"), version(1)).join()).isEmpty();
        assertThat(missing.deadLetters(ROUTE).items(Optional.empty(), 10).join())
                .isEmpty();
        assertThat(missing.park(new NewDeadLetter(ROUTE, insert("ada", 1), "why", NOW), () -> true))
                .failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aFirstRowIsReadableForPeople() {
        park("ada", 1, "Type mismatch for key city");
        Map<String, AttributeValue> row =
                dynamo.client().scan(request -> request.tableName(table.name())).items().stream()
                        .filter(DeadLetterRow::isComplete)
                        .findFirst()
                        .orElseThrow();
        assertThat(List.of("owner", "change", "reason", "parked", "created"))
                .extracting(name -> row.get(name).s())
                .containsExactly(
                        "users/ada", "INSERT", "Type mismatch for key city", NOW.toString(), "1970-01-01T00:00:01Z");
    }

    private Set<String> items() {
        Set<String> items = new HashSet<>();
        for (String bucket : DeadLetterPosition.buckets(ROUTE)) {
            assertThat(table.items(bucket, item -> {
                                assertThat(items.add(item)).isTrue();
                                return true;
                            })
                            .join())
                    .isTrue();
        }
        return items;
    }

    private List<Map<String, AttributeValue>> rows() {
        return dynamo.client()
                .scan(request -> request.tableName(table.name()).consistentRead(true))
                .items();
    }

    private void delete(Map<String, AttributeValue> key) {
        dynamo.client().deleteItem(request -> request.tableName(table.name()).key(key));
    }

    private void park(String owner, int version, String reason) {
        table.park(new NewDeadLetter(ROUTE, insert(owner, version), reason, NOW), () -> true)
                .join();
    }

    private static Change insert(String owner, int version) {
        return new Change.Insert(stamp(owner, version), new Item(Map.of("email", AttributeValue.fromS(owner))));
    }

    /** Two images of 390 KB that cannot be compressed. */
    private static Change large() {
        return new Change.Modify(stamp("ada", 2), noise(1), noise(2));
    }

    private static Item noise(long seed) {
        byte[] bytes = new byte[390 * 1024];
        new Random(seed).nextBytes(bytes);
        return new Item(Map.of("noise", AttributeValue.fromB(SdkBytes.fromByteArray(bytes))));
    }

    private static String item(String owner) {
        return DeadLetterPosition.item(new ItemKey("users/" + owner));
    }

    private static VersionStamp stamp(String owner, int version) {
        return new VersionStamp(new ItemKey("users/" + owner), version(version), Instant.ofEpochSecond(1));
    }

    private static Version version(int number) {
        return Version.of("2026-11-21T00:00:00.000", Integer.toString(number));
    }
}
