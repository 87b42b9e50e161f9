package dev.tributary.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.Parked;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.ReplicationPipeline;
import dev.tributary.replication.Route;
import dev.tributary.replication.RouteSettings;
import dev.tributary.replication.TestRoute;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Redrives concurrent with a pipeline, on tables of DynamoDB Local. */
@Timeout(120)
class RedriveTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final KeySchema KEY = new KeySchema(new KeyAttribute("city", AttributeType.S), Optional.empty());
    private static final Instant PARKED_AT = Instant.ofEpochSecond(1000);
    private static final AttributeValue BAD = AttributeValue.fromN("1");

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);
    private final Map<String, Item> source = new HashMap<>();
    private String byCity;
    private DeadLetterTable deadLetters;
    private RouteSettings settings;
    private ReplicationPipeline pipeline;
    private int sequence;
    private Optional<Instant> unparked = Optional.empty();

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
        timer.shutdownNow();
    }

    @Test
    void aBadChangeThatALaterOneReplacesIsRedrivenAndTheItemIsReplicatedAgain() throws Exception {
        put("ada", "Oakland");
        put("ada", BAD);
        put("ada", "Brooklyn");
        put("ada", "Queens");
        assertThat(redrive()).containsExactly(new RedriveResult(3, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Queens", "ada"));
        assertThat(parked()).isEmpty();

        put("ada", "Albany");
        assertThat(rows()).isEqualTo(Map.of("Albany", "ada"));
        assertThat(parked()).isEmpty();
    }

    @Test
    void aRemovalBehindABadChangeTakesTheRowThatTheItemHadBefore() throws Exception {
        put("ada", "Oakland");
        put("ada", BAD);
        remove("ada");
        assertThat(redrive()).containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEmpty();
    }

    @Test
    void whereRemovalsAreIgnoredTheRowStays() throws Exception {
        start(TestRoute.to(byCity).deletes(DeletePolicy.IGNORE));
        put("ada", "Oakland");
        put("ada", BAD);
        remove("ada");
        assertThat(redrive()).containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
    }

    @Test
    void anItemWithoutAKeyAttributeLeavesItsRowWhenItHasOneAgainOrGoes() throws Exception {
        start(TestRoute.to(byCity).missingKey(MissingKeyPolicy.PARK));
        for (String email : List.of("ada", "bob")) {
            put(email, email.equals("ada") ? "Oakland" : "Berkeley");
            put(email, Optional.empty());
        }
        put("ada", "Brooklyn");
        remove("bob");
        assertThat(parked()).hasSize(4);
        assertThat(redrive()).hasSize(2).allMatch(redriven -> redriven.left() == 0);
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
    }

    @Test
    void anItemWhoseKeyIsTakenHasItsRowOnceTheOtherHasLeft() throws Exception {
        start(TestRoute.to(byCity).collisions(CollisionPolicy.REJECT));
        put("ada", "Oakland");
        put("bob", "Berkeley");
        put("bob", "Oakland");
        assertThat(redrive().get(0).left()).isEqualTo(1);
        put("ada", "Albany");
        assertThat(redrive()).containsExactly(new RedriveResult(1, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Albany", "ada", "Oakland", "bob"));
    }

    @Test
    void itemsThatHaveChangedPlacesHaveTheirRowsOnceOneOfThemIsDeletedByHand() throws Exception {
        start(TestRoute.to(byCity).collisions(CollisionPolicy.REJECT));
        put("ada", "Oakland");
        put("bob", "Berkeley");
        put("ada", "Berkeley");
        put("bob", "Oakland");
        assertThat(redrive()).allMatch(redriven -> redriven.left() == 1);
        dynamo.client()
                .deleteItem(request -> request.tableName(byCity).key(Map.of("city", AttributeValue.fromS("Oakland"))));
        redrive();
        redrive();
        assertThat(rows()).isEqualTo(Map.of("Berkeley", "ada", "Oakland", "bob"));
        assertThat(parked()).isEmpty();
    }

    @Test
    void aChangeThatIsRefusedAgainStaysWithItsNewReason() throws Exception {
        start(TestRoute.to(byCity).missingKey(MissingKeyPolicy.PARK));
        put("ada", "Oakland");
        put("ada", Optional.empty());
        put("ada", "Brooklyn");
        put("ada", BAD);
        List<RedriveResult> redriven = redrive();
        assertThat(redriven).hasSize(1);
        assertThat(redriven.get(0).done()).as("what the good one makes up for").isEqualTo(2);
        assertThat(redriven.get(0).left()).isOne();
        assertThat(redriven.get(0).reason().orElseThrow()).contains("Type mismatch for key");
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
        assertThat(parked()).singleElement().satisfies(left -> {
            assertThat(left.stamp().version()).isEqualTo(version(4));
            assertThat(left.reason()).contains("Type mismatch for key");
        });

        put("ada", "Queens");
        assertThat(parked()).as("later changes wait behind what is left").hasSize(2);
        assertThat(redrive()).containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Queens", "ada"));
    }

    /** Its effect is unknown, so later changes do not replace it. */
    @Test
    void aRecordThatCannotBeDecodedStopsTheRedriveOfItsItemUntilItIsDiscarded() throws Exception {
        put("ada", "Oakland");
        put("ada", BAD);
        put("ada", "Brooklyn");
        sequence++;
        VersionStamp mark =
                new VersionStamp(new ItemKey("users/ada"), version(sequence), Instant.ofEpochSecond(sequence));
        pipeline.submit(
                new Change.Undecoded(mark, "undecodable record: it has no new image", "{}"),
                Integer.toString(sequence),
                () -> {});
        drain();
        put("ada", "Queens");

        Optional<String> reason = Optional.of("undecodable record: it has no new image: it can only be discarded");
        assertThat(redrive()).containsExactly(new RedriveResult(2, 2, reason));
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
        assertThat(redrive()).containsExactly(new RedriveResult(0, 2, reason));

        RouteDeadLetters route = deadLetters.deadLetters(ROUTE);
        DeadLetter undecoded =
                route.of(RouteDeadLetters.item(new ItemKey("users/ada"))).join().get(0);
        assertThat(undecoded.kind()).isEqualTo("UNDECODED");
        assertThat(route.delete(undecoded).join()).isTrue();
        assertThat(redrive()).containsExactly(new RedriveResult(1, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Queens", "ada"));
    }

    /** What was parked before it may have been discarded, so the target may not have its row. */
    @Test
    void aParkedChangeThatLeavesItsRowAsItIsIsWrittenByARedrive() throws Exception {
        start(TestRoute.to(byCity).excluding("note"));
        put("ada", "Oakland");
        put("ada", BAD);
        put("ada", "Brooklyn");
        put("ada", Map.of("city", AttributeValue.fromS("Brooklyn"), "note", AttributeValue.fromS("x")));
        RouteDeadLetters route = deadLetters.deadLetters(ROUTE);
        for (DeadLetter parked :
                route.of(RouteDeadLetters.item(new ItemKey("users/ada"))).join().subList(0, 2)) {
            assertThat(route.delete(parked).join()).isTrue();
        }
        assertThat(redrive()).containsExactly(new RedriveResult(1, 0, Optional.empty()));
        assertThat(rows()).containsEntry("Brooklyn", "ada");
    }

    @Test
    void aCorrectedRouteAcceptsItsDeadLetters() throws Exception {
        put("ada", Map.of("city", AttributeValue.fromS("Oakland"), "note", AttributeValue.fromS("x".repeat(409_560))));
        put("ada", Map.of("city", AttributeValue.fromS("Albany"), "note", AttributeValue.fromS("x".repeat(409_560))));
        assertThat(redrive().get(0).left()).isEqualTo(2);
        start(TestRoute.to(byCity).excluding("note"));
        assertThat(redrive()).containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Albany", "ada"));
    }

    @Test
    void aRedriveThatWasKilledBeforeItsDeletesCanBeRepeated() throws Exception {
        put("ada", "Oakland");
        put("ada", BAD);
        put("ada", "Brooklyn");
        remove("ada");
        JobLock lock = stoppingLock(4);
        Redrive killed =
                new Redrive(projection(), target(), deadLetters.deadLetters(ROUTE), late(), lock, this::unparked);
        assertThatThrownBy(() -> killed.item(items().get(0).item()).join()).hasRootCauseInstanceOf(Stopped.class);
        lock.release().join();
        assertThat(rows()).isEmpty();
        assertThat(parked())
                .as("the last one, behind which the others would wait, is there to the end")
                .extracting(left -> left.stamp().version())
                .containsExactly(version(4));

        put("ada", "Queens");
        assertThat(parked()).hasSize(2);
        assertThat(redrive()).containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Queens", "ada"));
    }

    @Test
    void whatWasParkedBeforeARepairOfMissedChangesIsNotWrittenOverNewerRows() throws Exception {
        put("ada", "Oakland");
        put("ada", BAD);
        put("ada", "Brooklyn");
        unparked = Optional.of(PARKED_AT.plusSeconds(60));
        assertThat(redrive()).hasSize(1).first().satisfies(refused -> {
            assertThat(refused.done()).isZero();
            assertThat(refused.left()).isEqualTo(2);
            assertThat(refused.reason()).hasValueSatisfying(reason -> assertThat(reason)
                    .startsWith("parked before ")
                    .endsWith("discard it, then run tributary verify users.by-city --repair"));
        });
        assertThat(rows()).isEqualTo(Map.of("Oakland", "ada"));
        assertThat(parked()).hasSize(2);

        unparked = Optional.of(PARKED_AT.minusSeconds(60));
        assertThat(redrive()).as("parked since").containsExactly(new RedriveResult(2, 0, Optional.empty()));
        assertThat(rows()).isEqualTo(Map.of("Brooklyn", "ada"));
    }

    @Test
    @Tag("slow")
    void changesThatArriveDuringRedrivesAreAllInTheTargetAtTheEnd() throws Exception {
        put("ada", BAD);
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < 150; i++) {
                    submit("ada", Optional.of(Map.of("city", AttributeValue.fromS("city" + i % 7))));
                    pipeline.drain();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        writer.start();
        await().until(() -> parked().size() > 10);
        redrive();
        writer.join();
        assertThat(parked()).as("nothing is left behind nothing").isEmpty();
        assertThat(rows()).isEqualTo(Map.of("city" + 149 % 7, "ada"));
    }

    /** The lock of a process that is killed after this many reads of its clock: one to take the lock, then one per call. */
    private JobLock stoppingLock(int looks) {
        AtomicInteger left = new AtomicInteger(looks);
        return taken(() -> {
            if (left.getAndDecrement() == 0) {
                throw new Stopped();
            }
            return 0;
        });
    }

    private JobLock taken(LongSupplier nanoTime) {
        JobLock lock = deadLetters.lock(
                ROUTE, new JobLock.Timing(Duration.ofSeconds(20), Duration.ofSeconds(5), nanoTime, timer), "test");
        lock.take(holder -> {}).join();
        return lock;
    }

    private CompletableFuture<Optional<Instant>> unparked() {
        return CompletableFuture.completedFuture(unparked);
    }

    private static final class Stopped extends RuntimeException {}

    private List<RedriveResult> redrive() {
        JobLock lock = taken(System::nanoTime);
        Redrive redrive =
                new Redrive(projection(), target(), deadLetters.deadLetters(ROUTE), late(), lock, this::unparked);
        List<RedriveResult> results =
                items().stream().map(item -> redrive.item(item.item()).join()).toList();
        lock.release().join();
        return results;
    }

    private List<ParkedItem> items() {
        return deadLetters.deadLetters(ROUTE).items(Optional.empty(), 100).join();
    }

    /** Starts a pipeline as a new process does. */
    private void start(TestRoute route) {
        settings = route.settings();
        pipeline = new ReplicationPipeline(
                List.of(route()),
                GivenLateWrites.none().shard("shard"),
                100,
                () -> true,
                timer,
                new SimpleMeterRegistry(),
                new Health(),
                failure -> {});
    }

    private RouteLateWrites late() {
        return GivenLateWrites.none().route(ROUTE, "table of " + ROUTE, write -> target().apply(write, () -> true));
    }

    private Projection projection() {
        return new Projection(settings.projection(), KEY);
    }

    private TargetTable target() {
        return new TargetTable(
                dynamo.asyncClient(), byCity, Policies.of(settings.projection().deletes(), settings.target()));
    }

    private Route route() {
        return new Route(
                ROUTE,
                "table of " + ROUTE,
                projection(),
                new BatchingTable(target(), BatchingTable.Limits.batchSize(25), timer),
                new ParkedItemIndex(deadLetters, ROUTE, () -> PARKED_AT));
    }

    private void put(String email, String city) throws InterruptedException {
        put(email, AttributeValue.fromS(city));
    }

    private void put(String email, AttributeValue city) throws InterruptedException {
        put(email, Map.of("city", city));
    }

    /** An item without a city. */
    private void put(String email, Optional<Map<String, AttributeValue>> nothing) throws InterruptedException {
        put(email, nothing.orElse(Map.of()));
    }

    private void put(String email, Map<String, AttributeValue> attributes) throws InterruptedException {
        submit(email, Optional.of(attributes));
        drain();
    }

    private void remove(String email) throws InterruptedException {
        submit(email, Optional.empty());
        drain();
    }

    private void submit(String email, Optional<Map<String, AttributeValue>> attributes) throws InterruptedException {
        sequence++;
        VersionStamp mark =
                new VersionStamp(new ItemKey("users/" + email), version(sequence), Instant.ofEpochSecond(sequence));
        Item before = source.remove(email);
        Optional<Item> after = attributes.map(given -> {
            Map<String, AttributeValue> image = new HashMap<>(given);
            image.put("email", AttributeValue.fromS(email));
            return new Item(image);
        });
        after.ifPresent(item -> source.put(email, item));
        Change change = before == null
                ? new Change.Insert(mark, after.orElseThrow())
                : after.<Change>map(item -> new Change.Modify(mark, before, item))
                        .orElseGet(() -> new Change.Remove(mark, before));
        assertThat(pipeline.submit(change, Integer.toString(sequence), () -> {}))
                .isTrue();
    }

    private void drain() throws InterruptedException {
        assertThat(pipeline.drain()).as("every change ended").isTrue();
    }

    private List<DeadLetter> parked() {
        return Parked.in(deadLetters, ROUTE);
    }

    /** City to email of every row of the target. */
    private Map<String, String> rows() {
        return dynamo.client().scan(request -> request.tableName(byCity).consistentRead(true)).items().stream()
                .collect(Collectors.toMap(
                        row -> row.get("city").s(), row -> row.get("email").s()));
    }

    private static Version version(int number) {
        return Version.of("2026-11-21T00:00:00.000", Integer.toString(number));
    }
}
