package dev.tributary.daemon.jobs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.OwnTables;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.stream.lease.RecordedGap;
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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
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
    private Clients clients;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("by_city", "city:S, email:S");
        copy = dynamo.createTable("copy", "email:S");
        for (OwnTable table : List.of(OwnTable.DEAD_LETTERS, OwnTable.LATE_WRITES, OwnTable.JOBS)) {
            OwnTables.create(table, dynamo.asyncClient(), application, false).join();
        }
        state = new SourceStateRow(dynamo.asyncClient(), dynamo.createLeaseTable(application), "users");
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
        return new RouteUpkeep(jobs, "test", health, meters, timer, now::get);
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
                                                Kind.REPAIR, after.projection().shape(), 2),
                                        JobLimits.none(timer))
                                .run())
                        .get(60, SECONDS))
                .isTrue();
        assertThat(rows(byCity)).containsExactly("Oakland/ann");
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

        now.set(now.get().plus(Duration.ofMinutes(16)));
        tick(route);
        assertThat(rows(byCity)).containsExactlyInAnyOrder("Oakland/ann/2", "Oakland/bob/1");
        assertThat(state.read().orElseThrow().passed())
                .as("the other target is not repaired")
                .hasSize(1);
        tick(jobs("copy", "source.users.gaps=resync"));
        assertThat(rows(copy)).containsExactlyInAnyOrder("Oakland/ann/2", "Oakland/bob/1");
        assertThat(state.read().orElseThrow().passed()).isEmpty();
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
