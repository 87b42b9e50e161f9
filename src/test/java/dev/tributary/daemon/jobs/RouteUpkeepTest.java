package dev.tributary.daemon.jobs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.OwnTables;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.backfill.UnparkedChanges;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.stream.lease.GivenWorker;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SharedLeaseTable;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What daemons do for a route beside replication, on real tables. */
class RouteUpkeepTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final String application = "app-" + UUID.randomUUID();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Health health = new Health();
    private SourceStateRow state;
    private String users;
    private String byCity;
    private String copy;
    private String leases;
    private Clients clients;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("by_city", "city:S, email:S");
        copy = dynamo.createTable("copy", "email:S");
        for (OwnTable table : List.of(OwnTable.DEAD_LETTERS, OwnTable.LATE_WRITES, OwnTable.JOBS)) {
            OwnTables.create(table, dynamo.asyncClient(), application, false).join();
        }
        leases = dynamo.createLeaseTable(application);
        state = new SourceStateRow(dynamo.asyncClient(), leases, "users");
    }

    @AfterEach
    void end() {
        timer.shutdownNow();
        if (clients != null) {
            clients.close();
        }
    }

    private void begin() {
        state.begin(dynamo.streamArn(users), "users", now.get(), Optional.empty());
    }

    private RouteJobs jobs(String route, String... more) throws Exception {
        Map<String, String> properties = new HashMap<>(Map.of(
                "application", application,
                "aws.endpoint", dynamo.endpoint().toString(),
                "aws.region", dynamo.region().toString(),
                "source.users.table", users,
                "source.users.identity", "users",
                "source.users.route.by-city.table", byCity,
                "source.users.route.copy.table", copy));
        for (String line : more) {
            properties.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        Settings settings = Settings.of(properties);
        if (clients == null) {
            clients = new Clients(settings.aws(), null, Clients.CALL_TIMEOUT, 1);
        }
        return new RouteJobs("users", route, settings, TableChecks.run(settings, clients), clients, timer, now::get);
    }

    private RouteUpkeep upkeep(RouteJobs jobs) {
        meters.clear();
        SharedLeaseTable shared = new SharedLeaseTable(
                dynamo.asyncClient(), leases, () -> now.get().toEpochMilli() * 1_000_000);
        return new RouteUpkeep(jobs, shared, "test", health, meters, timer, now::get);
    }

    /** Returns the time until the next tick. */
    private Duration tick(RouteJobs jobs) throws Exception {
        return upkeep(jobs).tick().get(60, SECONDS);
    }

    private static Map<String, AttributeValue> user(String email, String city, int n) {
        return Map.of(
                "email", AttributeValue.fromS(email),
                "city", AttributeValue.fromS(city),
                "n", AttributeValue.fromN(Integer.toString(n)));
    }

    private void put(String email, String city, int n) {
        dynamo.client().putItem(put -> put.tableName(users).item(user(email, city, n)));
    }

    /** Writes a row as the daemon does for a change of the item. */
    private void replicate(String email, String city, int n) {
        Item row = new Item(user(email, city, n));
        Item key = new Item(Map.of(
                "city", row.attributes().get("city"), "email", row.attributes().get("email")));
        VersionStamp stamp = new VersionStamp(
                ItemKey.of("users", Map.of("email", AttributeValue.fromS(email))),
                Version.of(state.read().orElseThrow().epoch(), "7"),
                now.get());
        assertThat(new TargetTable(dynamo.asyncClient(), byCity, Policies.USUAL)
                        .apply(new TargetWrite.Upsert(stamp, new Row(key, row)), () -> true)
                        .join())
                .isEqualTo(Outcome.APPLIED);
    }

    private Set<String> rows(String table) {
        return dynamo.client().scan(scan -> scan.tableName(table).consistentRead(true)).items().stream()
                .map(row -> row.get("city").s() + "/" + row.get("email").s()
                        + (row.containsKey("n") ? "/" + row.get("n").n() : ""))
                .collect(Collectors.toSet());
    }

    /** When a repair began before which dead letters may lack later changes. */
    private static Optional<Instant> missedRepair(RouteJobs route) throws Exception {
        return new UnparkedChanges(route.parts().jobTable(), route.name())
                .until()
                .get(60, SECONDS);
    }

    private Component component(String name) {
        return health.snapshot().components().get(name);
    }

    @Test
    void anAutomaticBackfillRunsOnceAWorkerReadsTheSourceAndNotAgain() throws Exception {
        put("ann", "Oakland", 1);
        RouteJobs route = jobs("by-city", "source.users.route.by-city.backfill=auto");
        assertThat(tick(route)).as("no worker has begun").isLessThan(RouteUpkeep.INTERVAL);
        assertThat(rows(byCity)).isEmpty();
        begin();
        assertThat(tick(route)).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(rows(byCity)).containsExactly("Oakland/ann/1");
        assertThat(meters.get("tributary.backfill.items")
                        .tags("route", "users.by-city", "state", "read")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("tributary.backfill.running").gauge().value()).isZero();
        put("bob", "Oakland", 1); // comes with the stream
        assertThat(tick(route)).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(rows(byCity)).hasSize(1);
        assertThat(tick(jobs("copy"))).isEqualTo(RouteUpkeep.IDLE_INTERVAL);
        assertThat(rows(copy)).as("manual").isEmpty();
    }

    @Test
    void rowsOfAnotherShapeAreToldUntilAllAreBroughtIntoTheNewOne() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        replicate("ann", "Oakland", 1);
        RouteJobs before = jobs("by-city");
        tick(before);
        assertThat(health.snapshot().components()).isEmpty();

        RouteJobs after = jobs("by-city", "source.users.route.by-city.exclude=n");
        RouteUpkeep upkeep = upkeep(after);
        assertThat(upkeep.tick().get(60, SECONDS)).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(component("route users.by-city")).satisfies(told -> {
            assertThat(told.status()).isEqualTo(Status.DEGRADED);
            assertThat(told.detail()).contains("exclude n", "tributary backfill users.by-city --reshape");
        });

        assertThat(after.exclusively("test", other -> {}, lock -> after.backfill(
                                        lock,
                                        state.read().orElseThrow().epoch(),
                                        BackfillPlan.all(
                                                Kind.REPAIR, after.projection().shape(), "", 2),
                                        JobLimits.none(timer))
                                .run())
                        .get(60, SECONDS))
                .isTrue();
        assertThat(rows(byCity)).containsExactly("Oakland/ann");
        assertThat(missedRepair(after)).as("every change was read").isEmpty();
        upkeep.tick().get(60, SECONDS);
        assertThat(health.snapshot().components()).isEmpty();

        tick(before); // a daemon with the former configuration writes rows of its shape
        upkeep.tick().get(60, SECONDS);
        assertThat(component("route users.by-city").detail()).contains("row-shape");
    }

    @Test
    void afterAGapEveryTargetIsRepairedBeforeTheGapIsAcknowledged() throws Exception {
        begin();
        put("ann", "Oakland", 2);
        put("bob", "Oakland", 1);
        replicate("ann", "Oakland", 1); // changed in the gap
        replicate("cid", "Oakland", 1); // removed in the gap; bob was inserted
        state.passed(new RecordedGap("trimmed-checkpoint/1", "lost", now.get(), "test"));
        RouteJobs route = jobs("by-city", "source.users.gaps=resync");
        tick(route);
        assertThat(rows(byCity)).as("removals from before are still repeated").hasSize(2);
        assertThat(missedRepair(route)).isEmpty();

        now.set(now.get().plus(Duration.ofMinutes(16)));
        tick(route);
        assertThat(rows(byCity)).containsExactlyInAnyOrder("Oakland/ann/2", "Oakland/bob/1");
        assertThat(missedRepair(route)).hasValue(now.get());
        assertThat(state.read().orElseThrow().passed())
                .as("the other target is not repaired")
                .hasSize(1);
        tick(jobs("copy", "source.users.gaps=resync"));
        assertThat(rows(copy)).containsExactlyInAnyOrder("Oakland/ann/2", "Oakland/bob/1");
        assertThat(state.read().orElseThrow().passed()).isEmpty();
    }

    @Test
    void aGapStaysIfTheRepairCouldNotWriteAnItem() throws Exception {
        begin();
        dynamo.client().putItem(put -> put.tableName(users).item(Map.of("email", AttributeValue.fromS("ann"))));
        state.passed(new RecordedGap("trimmed-checkpoint/1", "lost", Instant.EPOCH, "test"));
        String[] lines = {
            "source.users.gaps=resync",
            "source.users.route.by-city.missing-key=park",
            "source.users.route.copy.missing-key=park"
        };
        tick(jobs("copy", lines));
        RouteUpkeep upkeep = upkeep(jobs("by-city", lines));
        upkeep.tick().get(60, SECONDS);
        assertThat(state.read().orElseThrow().passed()).hasSize(1);
        assertThat(component("route users.by-city").detail())
                .contains("resync-refused", "1 of the items", "verify users.by-city", "gaps users --acknowledge");
        put("ann", "Oakland", 1);
        state.acknowledge(state.read().orElseThrow().passed(), 0);
        upkeep.tick().get(60, SECONDS);
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void aGapThatWaitsForAPersonDelaysNoRepairOfWhatWasMissedLater() throws Exception {
        begin();
        dynamo.client().putItem(put -> put.tableName(users).item(Map.of("email", AttributeValue.fromS("ann"))));
        state.passed(new RecordedGap("trimmed-checkpoint/1", "lost", Instant.EPOCH, "test"));
        RouteJobs route = jobs("by-city", "source.users.gaps=resync", "source.users.route.by-city.missing-key=park");
        RouteUpkeep upkeep = upkeep(route);
        upkeep.tick().get(60, SECONDS);
        assertThat(component("route users.by-city").detail()).contains("resync-refused");

        put("bob", "Oakland", 1); // in a change that the other worker has read
        absentTargets(List.of(jobs("copy"))).start().get(60, SECONDS);
        later(Duration.ofMinutes(26));
        upkeep.tick().get(60, SECONDS);
        assertThat(rows(byCity)).containsExactly("Oakland/bob/1");
        assertThat(state.read().orElseThrow().passed()).hasSize(1);
        state.acknowledge(state.read().orElseThrow().passed(), 0);
        upkeep.tick().get(60, SECONDS);
        assertThat(component("route users.by-city").detail())
                .contains("repair-refused", "1 of the items", "backfill users.by-city --reshape");

        repair(route, BackfillPlan.all(Kind.FILL, route.projection().shape(), "", 1));
        upkeep.tick().get(60, SECONDS);
        assertThat(component("route users.by-city").detail())
                .as("a backfill that is no repair")
                .contains("repair-refused");
    }

    @Test
    void noRepairOfAnyKindBeginsWhileRemovalsFromBeforeAreRepeated() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        tick(jobs("by-city"));
        RouteJobs route = jobs("by-city", "source.users.gaps=resync");
        absentTargets(List.of(jobs("copy"))).start().get(60, SECONDS);
        state.passed(new RecordedGap("trimmed-checkpoint/1", "lost", now.get().minusSeconds(1_200), "test"));
        RouteUpkeep upkeep = upkeep(route);
        upkeep.tick().get(60, SECONDS);
        assertThat(rows(byCity)).isEmpty();
        BackfillPlan plan = BackfillPlan.all(Kind.REPAIR, route.projection().shape(), "", 1);
        assertThatThrownBy(() -> repair(route, plan)).hasMessageContaining("A repair before ");
        later(Duration.ofMinutes(26));
        upkeep.tick().get(60, SECONDS);
        assertThat(rows(byCity)).containsExactly("Oakland/ann/1");
    }

    @Test
    void furtherGapsThatAreLeftAloneAreRepairedToo() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        for (int gap = 0; gap <= 100; gap++) {
            state.passed(new RecordedGap("trimmed-checkpoint/" + gap, "lost", Instant.EPOCH, "test"));
        }
        state.acknowledge(state.read().orElseThrow().passed(), 0);
        tick(jobs("by-city", "source.users.gaps=resync"));
        assertThat(rows(byCity)).hasSize(1);
    }

    @Test
    void aTargetThatWasCreatedAgainIsFilledAgainFromTheBeginning() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        tick(jobs("by-city", "source.users.route.by-city.backfill=auto"));
        assertThat(rows(byCity)).hasSize(1);
        byCity = dynamo.createTable("by_city", "city:S, email:S");
        tick(jobs("by-city", "source.users.route.by-city.backfill=auto"));
        assertThat(rows(byCity)).containsExactly("Oakland/ann/1");
    }

    private void worker(String name, String... routes) {
        dynamo.client().putItem(put -> put.tableName(leases)
                .item(
                        routes.length == 0
                                ? GivenWorker.report(name, now.get())
                                : GivenWorker.report(name, now.get(), routes)));
    }

    private void later(Duration time) {
        now.set(now.get().plus(time));
    }

    @Test
    void aBackfillWaitsForWorkersWithoutTheRouteAndRepairsWhatTheyMissed() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        replicate("bob", "Oakland", 1); // removed in a change that the other worker has read
        RouteJobs route = jobs("by-city", "source.users.route.by-city.backfill=auto");
        RouteUpkeep upkeep = upkeep(route);
        worker("starting");
        assertThat(upkeep.tick().get(60, SECONDS)).isEqualTo(RouteUpkeep.SOON);
        worker("starting", "orders", "orders.all 1 2");
        worker("former", "users", "users.copy 1 2");
        later(Duration.ofSeconds(2));
        assertThat(upkeep.tick().get(60, SECONDS)).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(rows(byCity)).as("not filled yet").containsExactly("Oakland/bob/1");
        assertThat(component("route users.by-city").detail())
                .contains("missed-changes: worker former has read the source since", "A daemon repairs the target");

        later(Duration.ofMinutes(20)); // former has ended
        upkeep.tick().get(60, SECONDS);
        assertThat(rows(byCity)).as("its removals are still repeated").hasSize(1);
        later(Duration.ofMinutes(6));
        upkeep.tick().get(60, SECONDS);
        assertThat(rows(byCity)).containsExactly("Oakland/ann/1");
        assertThat(missedRepair(route)).hasValue(now.get());
        upkeep.tick().get(60, SECONDS);
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void aBackfillWaitsForWorkersThatWriteRowsOfAnotherShape() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        RouteJobs route = jobs("by-city", "source.users.route.by-city.backfill=auto");
        String entry = route.entry();
        worker("former", "users", entry.substring(0, entry.lastIndexOf(' ')) + " 0000");
        assertThat(tick(route)).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(rows(byCity)).isEmpty();
        assertThat(health.snapshot().components()).as("nothing is missing").isEmpty();
        worker("former", "users", entry);
        later(Duration.ofSeconds(2));
        tick(route);
        assertThat(rows(byCity)).hasSize(1);
    }

    @Test
    void aRouteThatComesBackKnowsThatItsChangesWereMissed() throws Exception {
        begin();
        tick(jobs("by-city"));
        RouteJobs copyOnly = jobs("copy");
        tick(copyOnly);
        absentTargets(List.of(jobs("by-city"), copyOnly)).start().get(60, SECONDS);
        tick(jobs("by-city"));
        assertThat(health.snapshot().components()).isEmpty();

        absentTargets(List.of(copyOnly)).start().get(60, SECONDS); // a configuration without by-city
        assertThat(tick(jobs("by-city"))).isEqualTo(RouteUpkeep.INTERVAL);
        assertThat(component("route users.by-city").detail())
                .contains("worker former has read", "tributary backfill users.by-city --reshape");
        tick(copyOnly);
        assertThat(health.snapshot().components()).containsOnlyKeys("route users.by-city");
    }

    @Test
    void aRouteOfAnotherNameKeepsTheHistoryOfItsTarget() throws Exception {
        begin();
        tick(jobs("by-city"));
        absentTargets(List.of(jobs("copy"))).start().get(60, SECONDS); // changes are missed
        String[] renamed = {
            "source.users.route.by-city.table=" + dynamo.createTable("other", "city:S, email:S"),
            "source.users.route.by-town.table=" + byCity,
            "source.users.route.by-town.exclude=n"
        };
        List<RouteJobs> routes = List.of(jobs("by-city", renamed), jobs("by-town", renamed), jobs("copy", renamed));
        absentTargets(routes).start().get(60, SECONDS);
        for (RouteJobs route : routes) {
            tick(route);
        }
        assertThat(component("route users.by-town").detail())
                .contains("row-shape: the target may have rows of another shape");
        assertThat(get(TargetHistory.read(routes.get(1).states())).missed()).isPresent();
        assertThat(component("route users.by-city")).as("another target").isNull();

        absentTargets(routes).start().get(60, SECONDS);
        assertThat(get(TargetHistory.read(routes.get(0).states())).missed()).isEmpty();
        assertThat(get(TargetStates.all(routes.get(0).parts().jobTable(), "users")))
                .as("the former entry is gone")
                .extracting(TargetStates::route)
                .containsExactlyInAnyOrder("users.by-city", "users.by-town", "users.copy");
    }

    @Test
    void whatIsParkedBeforeARouteWasAbsentIsNotRedriven() throws Exception {
        begin();
        tick(jobs("by-city"));
        tick(jobs("copy"));
        absentTargets(List.of(jobs("by-city"), jobs("copy"))).start().get(60, SECONDS);
        assertThat(missedRepair(jobs("by-city"))).isEmpty();
        absentTargets(List.of(jobs("copy"))).start().get(60, SECONDS);
        assertThat(missedRepair(jobs("by-city"))).hasValue(now.get());
        assertThat(missedRepair(jobs("copy"))).isEmpty();
    }

    @Test
    void aBackfillOfAnotherSourceTableStartsAgain() throws Exception {
        begin();
        put("ann", "Oakland", 1);
        String auto = "source.users.route.by-city.backfill=auto";
        tick(jobs("by-city", auto));
        assertThat(rows(byCity)).hasSize(1);
        String former = users;
        users = dynamo.createTable("users2", "email:S", true);
        assertThatThrownBy(() -> tick(jobs("by-city", auto)))
                .hasMessageContaining("the workers have read")
                .hasMessageContaining(former);
        dynamo.client().deleteItem(delete -> delete.tableName(leases)
                .key(Map.of("leaseKey", AttributeValue.fromS("users/tributary-stream"))));
        put("bob", "Berkeley", 1);
        state.begin(dynamo.streamArn(users), "users2", now.get(), Optional.empty());
        tick(jobs("by-city", auto, "source.users.identity=users2"));
        assertThat(rows(byCity)).contains("Berkeley/bob/1");
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, SECONDS);
    }

    private AbsentTargets absentTargets(List<RouteJobs> routes) {
        return new AbsentTargets(routes.get(0).parts().jobTable(), "users", routes, "former", timer, now::get);
    }

    @Test
    void aSourceIsNotReadBeforeItIsRecordedThatARouteIsMissing() throws Exception {
        begin();
        tick(jobs("by-city"));
        RouteJobs copyOnly = jobs("copy");
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
                DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
                        .endpointOverride(front.endpoint())
                        .build()) {
            front.refuse(call -> true);
            JobTable table = new JobTable(client, OwnTable.JOBS.name(application), Duration.ofSeconds(2));
            CompletableFuture<Void> mayRead =
                    new AbsentTargets(table, "users", List.of(copyOnly), "former", timer, now::get).start();
            await().atMost(Duration.ofSeconds(60)).until(() -> front.refusals() > 0);
            assertThat(mayRead).isNotDone();
            front.release();
            mayRead.get(60, SECONDS);
        }
        tick(jobs("by-city"));
        assertThat(component("route users.by-city").detail()).contains("missed-changes");
    }

    @Test
    void aRepairStartsAgainAfterItMayHavePassedRowsOfAnotherShape() throws Exception {
        begin();
        RouteJobs route = jobs("by-city");
        String shape = route.projection().shape();
        BackfillPlan plan = BackfillPlan.all(Kind.REPAIR, shape, "", 1);
        JobLimits none = JobLimits.none(timer);
        for (int item = 0; item < 3; item++) {
            replicate("removed" + item, "Oakland", 1);
        }
        route.exclusively("test", other -> {}, lock -> {
                    Backfill interrupted = route.backfill(lock, epoch(), plan, none);
                    interrupted.stop();
                    return interrupted.run();
                })
                .get(60, SECONDS);
        JobState before = route.states().get(BackfillPlan.BACKFILL).get(60, SECONDS);
        Map<String, String> halfway = new HashMap<>(before.values());
        halfway.put("read", "50");
        route.states().put(BackfillPlan.BACKFILL, before.next(halfway)).get(60, SECONDS);
        assertThat(repair(route, plan).read()).as("continued").isEqualTo(53);

        route.states()
                .put(BackfillPlan.BACKFILL, before.next(before.next(halfway).values()))
                .get(60, SECONDS);
        tick(jobs("by-city", "source.users.route.by-city.exclude=n"));
        tick(route);
        Backfill repaired = repair(route, plan);
        assertThat(repaired.read()).as("from the beginning").isLessThan(50);
        assertThat(repaired.isOutdated()).isFalse();
    }

    private String epoch() {
        return state.read().orElseThrow().epoch();
    }

    private Backfill repair(RouteJobs route, BackfillPlan plan) throws Exception {
        return route.exclusively("test", other -> {}, lock -> {
                    Backfill backfill = route.backfill(lock, epoch(), plan, JobLimits.none(timer));
                    return backfill.run().thenApply(ended -> backfill);
                })
                .get(60, SECONDS);
    }

    @Test
    void withoutResyncAGapIsLeftToAPerson() throws Exception {
        begin();
        put("bob", "Oakland", 1);
        state.passed(new RecordedGap("trimmed-checkpoint/1", "lost", Instant.EPOCH, "test"));
        tick(jobs("by-city", "source.users.gaps=continue"));
        assertThat(rows(byCity)).isEmpty();
        assertThat(state.read().orElseThrow().passed()).hasSize(1);
    }
}
