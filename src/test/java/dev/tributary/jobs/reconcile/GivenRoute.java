package dev.tributary.jobs.reconcile;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.scan.Attempts;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projected;
import dev.tributary.projection.Projection;
import dev.tributary.replication.TestRoute;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.ExactWrites;
import dev.tributary.table.Policies;
import dev.tributary.table.StoredRow;
import dev.tributary.table.TargetTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A route from users, by email, to rows by city and email or by city alone, on real tables. */
public final class GivenRoute {

    public static final String EPOCH = "2026-11-21T00:00:00.000";
    private static final KeySchema BY_EMAIL = KeySchema.parse("email:S");

    private final LocalDynamoDb dynamo;
    private final KeySchema targetKey;
    private final Policies policies;
    private final Projection projection;
    private final boolean keepsRemoved;
    private final TargetTable target;
    private final ScheduledThreadPoolExecutor timer;
    public final String users;
    public final String rows;
    public final JobTable jobs;

    public GivenRoute(LocalDynamoDb dynamo, String targetKey, TestRoute route, ScheduledThreadPoolExecutor timer) {
        this.dynamo = dynamo;
        this.timer = timer;
        this.targetKey = KeySchema.parse(targetKey);
        this.policies = Policies.of(route.projection().deletes(), route.target());
        this.projection = new Projection(route.projection(), this.targetKey);
        this.keepsRemoved = route.projection().deletes() == DeletePolicy.IGNORE;
        this.users = dynamo.createTable("users", "email:S");
        this.rows = dynamo.createTable("rows", targetKey);
        this.target = new TargetTable(dynamo.asyncClient(), rows, policies);
        this.jobs = new JobTable(dynamo.asyncClient(), create("jobs", JobTable.KEY), Duration.ofSeconds(10));
    }

    /** The same tables with another projection. */
    private GivenRoute(GivenRoute other, TestRoute route) {
        this.dynamo = other.dynamo;
        this.timer = other.timer;
        this.targetKey = other.targetKey;
        this.policies = other.policies;
        this.projection = new Projection(route.projection(), targetKey);
        this.keepsRemoved = other.keepsRemoved;
        this.users = other.users;
        this.rows = other.rows;
        this.target = other.target;
        this.jobs = other.jobs;
    }

    public GivenRoute reshaped(TestRoute route) {
        return new GivenRoute(this, route);
    }

    private String create(String name, KeySchema key) {
        String table = name + UUID.randomUUID();
        new TableControl(dynamo.asyncClient(), table)
                .create(TableDefinition.of(key))
                .join();
        return table;
    }

    public static Item user(String email, String city, int n) {
        return new Item(Map.of(
                "email",
                AttributeValue.fromS(email),
                "city",
                AttributeValue.fromS(city),
                "n",
                AttributeValue.fromN(Integer.toString(n))));
    }

    public static VersionStamp stamp(String email, int sequence) {
        return new VersionStamp(
                ItemKey.of("users", Map.of("email", AttributeValue.fromS(email))),
                Version.of(EPOCH, Integer.toString(sequence)),
                Instant.ofEpochSecond(1_000_000L + sequence));
    }

    public void put(Item item) {
        dynamo.client().putItem(put -> put.tableName(users).item(item.attributes()));
    }

    public void remove(String email) {
        dynamo.client().deleteItem(delete -> delete.tableName(users).key(Map.of("email", AttributeValue.fromS(email))));
    }

    /** Applies a change to the target, as the daemon does. */
    public void replicate(Change change) {
        if (projection.project(change) instanceof Projected.Write write) {
            target.apply(write.write(), () -> true).join();
        }
    }

    public TargetTable target() {
        return target;
    }

    public Projection projection() {
        return projection;
    }

    /** The rows of the target that are no tombstones, by key. */
    public Map<Item, StoredRow> stored() {
        Map<Item, StoredRow> stored = new HashMap<>();
        scan(rows).stream()
                .map(row -> StoredRow.of(row, targetKey))
                .filter(row -> !row.tombstone())
                .forEach(row -> stored.put(row.row().key(), row));
        return stored;
    }

    /** What the target holds, without stamps. */
    public Map<Item, Item> contents() {
        return stored().values().stream()
                .collect(Collectors.toMap(
                        row -> row.row().key(), row -> row.row().item()));
    }

    /** What the target should hold. */
    public Map<Item, Item> expected() {
        Map<Item, Item> expected = new HashMap<>();
        scan(users)
                .forEach(user -> projection.row(new Item(user)).ifPresent(row -> expected.put(row.key(), row.item())));
        return expected;
    }

    public Collection<Map<String, AttributeValue>> scan(String table) {
        return dynamo.client()
                .scan(scan -> scan.tableName(table).consistentRead(true))
                .items();
    }

    public JobRoute jobRoute() {
        return new JobRoute(
                "users.rows",
                "users",
                dynamo.asyncClient(),
                users,
                BY_EMAIL,
                projection,
                keepsRemoved,
                dynamo.asyncClient(),
                rows,
                new BatchingTable(target, BatchingTable.Limits.batchSize(25), timer),
                new ExactWrites(dynamo.asyncClient(), rows));
    }

    /** A lock that is held. */
    public JobLock lock() {
        JobLock lock = new DeadLetterTable(
                        dynamo.asyncClient(), create("dead-letters", DeadLetterTable.KEY), Duration.ofSeconds(10))
                .lock(
                        "users.rows",
                        new JobLock.Timing(Duration.ofSeconds(30), Duration.ofSeconds(10), System::nanoTime, timer),
                        "test");
        lock.take(holder -> {}).join();
        return lock;
    }

    public ReconcileTiming timing() {
        return new ReconcileTiming(Duration.ofSeconds(30), Duration.ofMinutes(15), Clock.systemUTC(), System::nanoTime);
    }

    public Reconciler reconciler() {
        return new Reconciler(
                jobRoute(), jobs, UUID.randomUUID().toString(), lock(), EPOCH, JobLimits.none(timer), timing(), timer);
    }

    public RowRepair repair(Reconciler reconciler) {
        return new RowRepair(reconciler, removal -> CompletableFuture.completedFuture(null));
    }

    Recheck recheck() {
        JobRoute route = jobRoute();
        return new Recheck(route, JobLimits.none(timer).reads(), Attempts.with(timer));
    }

    List<PageRecord> pages() {
        return jobs.pages("users.rows").join();
    }

    Optional<StoredRow> row(String city, String email) {
        return Optional.ofNullable(stored().get(
                        new Item(Map.of("city", AttributeValue.fromS(city), "email", AttributeValue.fromS(email)))));
    }
}
