package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.Parked;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** One bad change blocks only its own item: a pipeline, a real target, and a real table of dead letters. */
@Timeout(120)
class ParkingTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final KeySchema KEY = new KeySchema(new KeyAttribute("city", AttributeType.S), Optional.empty());
    private static final Item NOTHING = new Item(Map.of());

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);
    private final Health health = new Health();
    private MeterRegistry registry;
    private Lease lease = new Lease();
    private String byCity;
    private DeadLetterTable deadLetters;
    private ReplicationPipeline pipeline;
    private int sequence;

    /** The new image of an item's last change. */
    private final Map<String, Item> source = new HashMap<>();

    private final List<String> lateWriteCalls = new CopyOnWriteArrayList<>();

    @BeforeEach
    void startPipeline() {
        byCity = dynamo.createTable("by_city", "city:S");
        deadLetters = new DeadLetterTable(dynamo.asyncClient(), "letters-" + UUID.randomUUID(), Duration.ofSeconds(10));
        new TableControl(dynamo.asyncClient(), deadLetters.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
        start(TestRoute.to(byCity));
    }

    @AfterEach
    void stopTimer() {
        lease.lose();
        timer.shutdownNow();
    }

    @Test
    void oneBadChangeBlocksOnlyItsOwnItem() throws Exception {
        change("ada", city("Oakland"));
        change("bob", city("Berkeley"));
        drain();
        change("ada", cityOfTheWrongType());
        drain();
        change("ada", city("Brooklyn"));
        change("bob", city("Albany"));
        drain();
        change("ada", city("Queens"));
        drain();

        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada", "Albany", "bob"));
        List<DeadLetter> parked = parked();
        assertThat(parked)
                .extracting(change -> change.stamp().version())
                .containsExactly(version(3), version(4), version(6));
        assertThat(parked.get(0).reason()).contains("Type mismatch for key");
        assertThat(parked).extracting(DeadLetter::reason).endsWith(behind(), behind());
        assertThat(pipeline.checkpoint()).isEqualTo("6");
        assertThat(count(Outcome.PARKED)).isEqualTo(3);
        assertThat(registry.get("tributary.parked").tag("route", ROUTE).gauge().value())
                .isEqualTo(1);
        assertThat(health.snapshot().components().get("route " + ROUTE))
                .isEqualTo(new Health.Component(Status.DEGRADED, "1 item has parked changes"));
    }

    @Test
    void anAwaitedWriteEndsOnceWithTheRoutesThatWillNotHaveIt() throws Exception {
        List<String> ended = new CopyOnWriteArrayList<>();
        pipeline.reporting((mark, end) -> ended.add(mark.id() + end.failed()));
        WriteMark taken = WriteMark.random();
        WriteMark refused = WriteMark.random();
        WriteMark removed = WriteMark.random();
        change("ada", marked(city("Oakland"), taken.ofWrite()));
        change("bob", marked(cityOfTheWrongType(), refused.ofWrite()));
        change("cyd", marked(city("Albany"), removed.ofRemoval()));
        Item oslo = new Item(city("Oslo"));
        VersionStamp later = new VersionStamp(owner("dan"), Version.of("2099-01-01T00:00:00.000", "1"), Instant.EPOCH);
        new TargetTable(dynamo.asyncClient(), byCity, Policies.USUAL)
                .apply(new TargetWrite.Upsert(later, new Row(oslo, oslo)), () -> true)
                .join();
        WriteMark regressed = WriteMark.random();
        change("dan", marked(city("Oslo"), regressed.ofWrite()));
        drain();
        change("ada", marked(city("Brooklyn"), taken.ofWrite()));
        change("cyd", null);
        drain();
        // The listener is called after the change has left the count that drain() waits for.
        await().untilAsserted(() -> assertThat(ended)
                .containsExactlyInAnyOrder(
                        taken.id() + "[]",
                        refused.id() + "[" + ROUTE + "]",
                        removed.id() + "[]",
                        regressed.id() + "[" + ROUTE + "]"));
        assertThat(dynamo.client().scan(scan -> scan.tableName(byCity)).items())
                .allSatisfy(row -> assertThat(row).doesNotContainKey(VersionStamp.WRITE));
    }

    private static Map<String, AttributeValue> marked(Map<String, AttributeValue> item, AttributeValue mark) {
        Map<String, AttributeValue> marked = new HashMap<>(item);
        marked.put(VersionStamp.WRITE, mark);
        return marked;
    }

    @Test
    void bothImagesAreParked() throws Exception {
        change("ada", city("Oakland"));
        drain();
        change("ada", cityOfTheWrongType());
        drain();
        Change parked =
                Parked.change(deadLetters, ROUTE, owner("ada"), version(2)).orElseThrow();
        assertThat(parked.before().orElseThrow().attributes()).containsEntry("city", AttributeValue.fromS("Oakland"));
        assertThat(parked.after().orElseThrow().attributes()).containsEntry("city", AttributeValue.fromN("1"));
    }

    @Test
    void parkedChangesStayParkedAfterARestart() throws Exception {
        change("ada", cityOfTheWrongType());
        drain();
        start(TestRoute.to(byCity));
        change("ada", city("Oakland"));
        change("bob", city("Berkeley"));
        drain();
        assertThat(rows()).isEqualTo(Map.of("Berkeley", "bob"));
        assertThat(parked()).extracting(change -> change.stamp().version()).containsExactly(version(1), version(2));
    }

    @Test
    void aReplayOfWhatWasParkedChangesNothing() throws Exception {
        change("ada", city("Oakland"));
        drain();
        change("ada", cityOfTheWrongType());
        drain();
        List<DeadLetter> before = parked();

        start(TestRoute.to(byCity));
        sequence = 0;
        source.clear();
        change("ada", city("Oakland"));
        change("ada", cityOfTheWrongType());
        drain();
        assertThat(parked())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("replays")
                .isEqualTo(before);
        assertThat(parked()).extracting(DeadLetter::replays).containsExactly(1L);
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
    }

    @Test
    void anItemIsWrittenAgainOnceItsParkedChangesAreGone() throws Exception {
        change("ada", cityOfTheWrongType());
        drain();
        change("ada", city("Oakland"));
        drain();
        assertThat(parked()).hasSize(2);
        discardEverything();

        change("ada", city("Brooklyn"));
        drain();
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
        assertThat(parked()).isEmpty();
        assertThat(registry.get("tributary.parked").gauge().value()).isZero();
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void theChangeThatRepairsAnItemIsWrittenWhereTheBadOneWasDiscarded() throws Exception {
        change("ada", cityOfTheWrongType());
        drain();
        discardEverything();
        change("ada", city("Oakland"));
        drain();
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
    }

    @Test
    void nothingIsLostWhileTheTableIsMissing() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(deadLetters.name()));
        start(TestRoute.to(byCity));
        change("ada", cityOfTheWrongType());
        change("ada", city("Oakland"));
        change("bob", city("Berkeley"));
        await().untilAsserted(() -> {
            assertThat(rows()).isEqualTo(Map.of("Berkeley", "bob"));
            assertThat(health.snapshot().components().get("route " + ROUTE)).satisfies(component -> {
                assertThat(component.status()).isEqualTo(Status.DOWN);
                assertThat(component.detail()).contains(deadLetters.name(), "ResourceNotFoundException");
            });
        });
        assertThat(pipeline.inFlight()).isEqualTo(3);
        assertThat(pipeline.checkpoint()).isNull();

        new TableControl(dynamo.asyncClient(), deadLetters.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
        drain();
        assertThat(parked()).extracting(change -> change.stamp().version()).containsExactly(version(1), version(2));
        assertThat(pipeline.checkpoint()).isEqualTo("3");
        assertThat(health.snapshot().components().get("route " + ROUTE).status())
                .isEqualTo(Status.DEGRADED);
    }

    /** A redrive announces its writes, which may arrive late, before it deletes dead letters. */
    @Test
    void announcementsOfOthersAreReadBeforeAnItemIsFreeAgain() throws Exception {
        change("ada", cityOfTheWrongType());
        drain();
        discardEverything();
        lateWriteCalls.clear();
        change("bob", city("Albany"));
        drain();
        assertThat(lateWriteCalls).isEmpty();
        change("ada", city("Oakland"));
        drain();
        assertThat(lateWriteCalls).containsExactly("Query");
    }

    @Test
    void waitingChangesAreParkedFromTheFirstBadOneOn() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(byCity));
        change("ada", city("Oakland"));
        await().until(() -> health.snapshot().status() == Status.DOWN);
        change("ada", city("Berkeley"));
        change("ada", city("Albany"));
        change("ada", cityOfTheWrongType());
        change("ada", city("Brooklyn"));
        createTarget();
        drain();
        assertThat(registry.get("tributary.write.failures")
                        .tag("kind", "schema")
                        .counter()
                        .count())
                .as("the write of all together, and that of the bad one")
                .isEqualTo(2);
        assertThat(rows()).isEqualTo(Map.of("Albany", "ada"));
        assertThat(parked()).extracting(change -> change.stamp().version()).containsExactly(version(4), version(5));
    }

    @Test
    void aRowThatIsTooLargeIsParkedWithBothImages() throws Exception {
        String large = "x".repeat(395 * 1024);
        change("ada", Map.of("city", AttributeValue.fromS("Oakland"), "text", AttributeValue.fromS(large)));
        drain();
        // The row in the target is larger by its version stamp.
        String tooLarge = "x".repeat(400 * 1024 - 40);
        change("ada", Map.of("city", AttributeValue.fromS("Oakland"), "text", AttributeValue.fromS(tooLarge)));
        drain();
        assertThat(parked()).singleElement().satisfies(change -> assertThat(change.reason())
                .contains("size"));
        assertThat(Parked.change(deadLetters, ROUTE, owner("ada"), version(2))
                        .orElseThrow()
                        .after())
                .contains(source.get("ada"));
    }

    @Test
    void anItemThatLacksAKeyAttributeIsParkedWhereTheRouteSaysSo() throws Exception {
        start(TestRoute.to(byCity).missingKey(MissingKeyPolicy.PARK));
        change("ada", city("Oakland"));
        change("ada", Map.of("zipcode", AttributeValue.fromN("1")));
        change("ada", null);
        drain();
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
        assertThat(parked())
                .extracting(DeadLetter::reason)
                .containsExactly("the item has no city, which the target's key needs", behind());
    }

    @Test
    void aRouteThatRejectsCollisionsParksTheItemThatComesSecond() throws Exception {
        start(TestRoute.to(byCity).collisions(CollisionPolicy.REJECT));
        change("ada", city("Oakland"));
        drain();
        change("bob", city("Oakland"));
        drain();
        change("bob", city("Reno"));
        change("ada", city("Brooklyn"));
        drain();
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
        assertThat(parked())
                .extracting(DeadLetter::reason)
                .containsExactly("the row under this key is another item's: " + owner("ada"), behind());
    }

    @Test
    void anItemThatLacksAKeyAttributeLosesItsRowOtherwise() throws Exception {
        change("ada", city("Oakland"));
        change("ada", Map.of("zipcode", AttributeValue.fromN("1")));
        drain();
        assertThat(rows()).isEmpty();
        assertThat(parked()).isEmpty();
    }

    @Test
    void aMissingTargetParksNothing() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(byCity));
        change("ada", city("Oakland"));
        await().until(() -> health.snapshot().status() == Status.DOWN);
        assertThat(parked()).isEmpty();
        assertThat(pipeline.inFlight()).isOne();
    }

    @Test
    void nothingIsParkedOnceTheLeaseIsLost() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(deadLetters.name()));
        start(TestRoute.to(byCity));
        change("ada", cityOfTheWrongType());
        await().until(() -> health.snapshot().status() == Status.DOWN);
        lease.lose();
        // An attempt that began before may still park the change, once there is a table.
        await().until(lease::noAttemptIsOpen);
        new TableControl(dynamo.asyncClient(), deadLetters.name())
                .create(TableDefinition.of(DeadLetterTable.KEY))
                .join();
        await().atMost(Duration.ofSeconds(30)) // the longest pause between two attempts is 15 s
                .until(() -> timer.getQueue().isEmpty() && timer.getActiveCount() == 0);
        assertThat(pipeline.inFlight()).isEqualTo(1);
        assertThat(pipeline.checkpoint()).isNull();
        assertThat(parked()).isEmpty();
        assertThat(rows()).isEmpty();
    }

    /** Every write is refused, although the table is the cause. */
    @Test
    void nothingIsParkedWhereTheTargetHasAnotherKeyThanItHad() throws Exception {
        dynamo.client().deleteTable(request -> request.tableName(byCity));
        createTarget("zipcode");
        for (String email : List.of("ada", "bob", "cy")) {
            change(email, city("city of " + email));
        }
        await().untilAsserted(() -> assertThat(health.snapshot().components().get("route " + ROUTE))
                .satisfies(route -> {
                    assertThat(route.status()).isEqualTo(Status.DOWN);
                    assertThat(route.detail()).contains("has the key (zipcode:S) now, and had (city:S) at the start");
                }));
        assertThat(parked()).isEmpty();
        dynamo.client().deleteTable(request -> request.tableName(byCity));
        createTarget();
        drain();
        assertThat(rows()).hasSize(3);
        assertThat(parked()).isEmpty();
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void aRecordThatCannotBeDecodedIsParkedAndItsItemWaitsBehindIt() throws Exception {
        change("ada", city("Oakland"));
        sequence++;
        VersionStamp stamp = new VersionStamp(owner("ada"), version(sequence), Instant.ofEpochSecond(sequence));
        Change undecoded =
                new Change.Undecoded(stamp, "undecodable record: it has no new image", "{\"eventID\":\"1\"}");
        assertThat(pipeline.submit(undecoded, Integer.toString(sequence), () -> {}))
                .isTrue();
        change("ada", city("Brooklyn"));
        change("bob", city("Albany"));
        drain();
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada", "Albany", "bob"));
        assertThat(parked())
                .extracting(DeadLetter::reason)
                .containsExactly("undecodable record: it has no new image", behind());
        assertThat(Parked.change(deadLetters, ROUTE, owner("ada"), version(2))).contains(undecoded);
        assertThat(pipeline.checkpoint()).isEqualTo("4");
    }

    private static final class Lease implements Fence {

        private boolean held = true;
        private int openAttempts;

        @Override
        public synchronized boolean holds() {
            return held;
        }

        @Override
        public synchronized boolean begin() {
            if (held) {
                openAttempts++;
            }
            return held;
        }

        @Override
        public synchronized void end() {
            openAttempts--;
        }

        synchronized void lose() {
            held = false;
        }

        synchronized boolean noAttemptIsOpen() {
            return openAttempts == 0;
        }
    }

    private void createTarget() {
        createTarget("city");
    }

    private void createTarget(String key) {
        dynamo.client().createTable(request -> request.tableName(byCity)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(key)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(key)
                        .keyType(KeyType.HASH)
                        .build()));
    }

    /** Like a restarted process, which knows only the tables. */
    private void start(TestRoute route) {
        RouteSettings settings = route.settings();
        if (pipeline != null) {
            pipeline.close();
        }
        lease = new Lease();
        registry = new SimpleMeterRegistry();
        pipeline = new ReplicationPipeline(
                List.of(new Route(
                        ROUTE,
                        "table of " + ROUTE,
                        new Projection(settings.projection(), KEY),
                        new BatchingTable(
                                new TargetTable(
                                        dynamo.asyncClient(),
                                        byCity,
                                        Policies.of(settings.projection().deletes(), settings.target())),
                                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                                timer),
                        new ParkedItemIndex(deadLetters, ROUTE, () -> Instant.ofEpochSecond(1000)))),
                GivenLateWrites.recorded(lateWriteCalls).shard("shard"),
                100,
                lease,
                timer,
                registry,
                health,
                failure -> {});
    }

    /** Puts the item, or removes it if there is no image. */
    private void change(String email, Map<String, AttributeValue> attributes) throws InterruptedException {
        sequence++;
        VersionStamp stamp = new VersionStamp(owner(email), version(sequence), Instant.ofEpochSecond(sequence));
        Item before = source.getOrDefault(email, NOTHING);
        Change change;
        if (attributes == null) {
            source.remove(email);
            change = new Change.Remove(stamp, before);
        } else {
            Map<String, AttributeValue> image = new HashMap<>(attributes);
            image.put("email", AttributeValue.fromS(email));
            Item after = new Item(image);
            source.put(email, after);
            change = before.equals(NOTHING) ? new Change.Insert(stamp, after) : new Change.Modify(stamp, before, after);
        }
        assertThat(pipeline.submit(change, Integer.toString(sequence), () -> {}))
                .isTrue();
    }

    private static Map<String, AttributeValue> city(String city) {
        return Map.of("city", AttributeValue.fromS(city));
    }

    private static Map<String, AttributeValue> cityOfTheWrongType() {
        return Map.of("city", AttributeValue.fromN("1"));
    }

    private void drain() throws InterruptedException {
        assertThat(pipeline.drain()).as("every change ended").isTrue();
    }

    private List<DeadLetter> parked() {
        return Parked.in(deadLetters, ROUTE);
    }

    /** As in the console. */
    private void discardEverything() {
        dynamo.client()
                .scan(request -> request.tableName(deadLetters.name()))
                .items()
                .forEach(row -> dynamo.client().deleteItem(request -> request.tableName(deadLetters.name())
                        .key(Map.of("partition", row.get("partition"), "position", row.get("position")))));
    }

    private double count(Outcome outcome) {
        return registry.get("tributary.changes")
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .counter()
                .count();
    }

    /** City to email of every row of the target. */
    private Map<String, String> rows() {
        return dynamo.client().scan(request -> request.tableName(byCity).consistentRead(true)).items().stream()
                .collect(Collectors.toMap(
                        row -> row.get("city").s(), row -> row.get("email").s()));
    }

    private static String behind() {
        return "an earlier change of this item is parked";
    }

    private static ItemKey owner(String email) {
        return new ItemKey("users/" + email);
    }

    private static Version version(int number) {
        return Version.of("2026-11-21T00:00:00.000", Integer.toString(number));
    }
}
