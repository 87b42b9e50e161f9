package dev.tributary.replication;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.JobRoute;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.LeftPages;
import dev.tributary.jobs.reconcile.PageSettler;
import dev.tributary.jobs.reconcile.ReconcileTiming;
import dev.tributary.jobs.reconcile.Reconciler;
import dev.tributary.jobs.reconcile.RowRepair;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.ExactWrites;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The source as a table, and runs that backfill its items into the targets, concurrently with the workers. Runs are killed
 * and paused as workers are; the next run continues after the last completed page. Repairing runs compare the rows of the
 * first target with their items before; other writers have changed and copied some of them.
 */
final class SimulatedBackfill {

    private static final String SOURCE = "items";
    private static final Duration LOCK = Duration.ofSeconds(3);
    private static final Duration WRITE = Duration.ofMillis(SimulatedWorker.WRITE_TIMEOUT);
    private static final Duration SENDS = Duration.ofSeconds(2);
    private static final Duration SETTLES = Duration.ofSeconds(10);
    private static final KeySchema SOURCE_KEY =
            new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());

    private final VirtualTime time;
    private final RandomGenerator random;
    private final FakeTables tables;
    private final Function<SimulatedProcess, FaultyNetwork> networks;
    private final Policies policies;
    private final List<String> routes;
    private final Function<String, Projection> projections;
    private final boolean repairing;
    private int runs;
    private long strikesUntil;

    /** Of each route the last item of the last finished page; no entry before the first. */
    private final Map<String, String> positions = new HashMap<>();

    private final Map<String, Boolean> done = new HashMap<>();

    SimulatedBackfill(
            VirtualTime time,
            RandomGenerator random,
            FakeTables tables,
            SourceHistory history,
            Function<SimulatedProcess, FaultyNetwork> networks,
            Policies policies,
            List<String> routes,
            Function<String, Projection> projections,
            boolean repairing) {
        this.time = time;
        this.random = random;
        this.tables = tables;
        this.networks = networks;
        this.policies = policies;
        this.routes = routes;
        this.projections = projections;
        this.repairing = repairing;
        tables.create(SOURCE, "id");
        tables.create(FakeDynamoDb.JOBS, "scope", "entry");
        if (!tables.exists(FakeDynamoDb.DEAD_LETTERS)) {
            tables.create(FakeDynamoDb.DEAD_LETTERS, "partition", "position"); // holds the lock
        }
        history.before().forEach(item -> set(item, Optional.of(item)));
        history.lineages()
                .forEach(lineage -> lineage.forEach(shard -> shard.records()
                        .forEach(record -> time.in(
                                record.at(),
                                () -> set(
                                        record.change()
                                                .after()
                                                .or(record.change()::before)
                                                .orElseThrow(),
                                        record.change().after())))));
    }

    private void set(Item item, Optional<Item> after) {
        tables.set(SOURCE, Map.of("id", item.attributes().get("id")), after.map(Item::attributes));
    }

    boolean isDone() {
        return routes.stream().allMatch(route -> done.getOrDefault(route, false));
    }

    /**
     * Starts runs until each route is filled.
     *
     * @param until runs may be killed or paused before
     */
    void start(long until) {
        strikesUntil = until;
        long first = repairing ? 1 + random.nextLong(SourceHistory.DURATION) : 0;
        if (repairing) {
            time.in(first, this::tamper);
        }
        routes.forEach(route -> {
            int rare = random.nextInt(1, 60);
            time.every(100, () -> {
                if (time.now() > first && random.nextInt(rare) == 0) {
                    run(route);
                }
                return !done.getOrDefault(route, false);
            });
        });
    }

    /**
     * Changes and copies rows of the first target, as another writer, and makes tombstones of rows if the target has
     * tombstones. Removes none: a removal that is still repeated would remove what is put in their place.
     */
    private void tamper() {
        String target = routes.get(0);
        tables.rows(target).forEach((key, row) -> {
            if (policies.tombstones().isPresent() && random.nextInt(3) == 0) {
                tables.set(target, key, Optional.of(tombstone(key, row)));
                return;
            }
            switch (random.nextInt(3)) {
                case 0 -> tables.set(target, key, Optional.of(with(row, "n", AttributeValue.fromN("-1"))));
                case 1 -> {
                    AttributeValue elsewhere = AttributeValue.fromS("nowhere");
                    tables.set(
                            target,
                            Map.of("city", elsewhere, "id", key.get("id")),
                            Optional.of(with(row, "city", elsewhere)));
                }
                default -> {}
            }
        });
    }

    /** As if the change that wrote the row had removed it; the digest of names fits no row. */
    private static Map<String, AttributeValue> tombstone(
            Map<String, AttributeValue> key, Map<String, AttributeValue> row) {
        Map<String, AttributeValue> stamp = row.get(VersionStamp.ATTRIBUTE).m();
        Map<String, AttributeValue> tombstone = new HashMap<>(key);
        tombstone.put(VersionStamp.ATTRIBUTE, AttributeValue.fromM(with(stamp, "a", AttributeValue.fromS("none"))));
        tombstone.put(VersionStamp.EXPIRES, AttributeValue.fromN("9999999999"));
        return tombstone;
    }

    private static Map<String, AttributeValue> with(
            Map<String, AttributeValue> row, String attribute, AttributeValue value) {
        Map<String, AttributeValue> changed = new HashMap<>(row);
        changed.put(attribute, value);
        return changed;
    }

    /** Makes a worker's process check the pages that runs have left. */
    void settlePages(FaultyNetwork network, SimulatedProcess process) {
        FakeDynamoDb client = new FakeDynamoDb(tables, network);
        VirtualTimer timer = new VirtualTimer(
                time, asked -> asked == SETTLES.toMillis() ? asked : 1 + random.nextLong(300), process::run);
        Map<String, PageSettler> settlers = new HashMap<>();
        routes.forEach(name -> {
            JobRoute route = route(name, client, timer);
            settlers.put(route.name(), new PageSettler(route, jobs(client), timing(), timer));
        });
        new LeftPages(jobs(client), settlers, timer).start(SETTLES);
    }

    private void run(String route) {
        SimulatedProcess process = new SimulatedProcess(time);
        FakeDynamoDb client = new FakeDynamoDb(tables, networks.apply(process));
        VirtualTimer timer = new VirtualTimer(time, asked -> asked, process::run);
        JobLock lock = new DeadLetterTable(client, FakeDynamoDb.DEAD_LETTERS, WRITE)
                .lock(
                        route,
                        new JobLock.Timing(
                                LOCK, WRITE, () -> Duration.ofMillis(time.now()).toNanos(), timer),
                        "backfill");
        VirtualTimer waits = new VirtualTimer(time, asked -> 1 + random.nextLong(300), process::run);
        Reconciler reconciler = new Reconciler(
                route(route, client, waits),
                jobs(client),
                "run-" + runs++,
                lock,
                SourceHistory.LABEL,
                JobLimits.none(waits),
                timing(),
                waits);
        lock.take(holder -> {})
                .thenCompose(taken -> repair(route, reconciler))
                .thenCompose(repaired -> pages(route, reconciler, process))
                .thenCompose(filled -> reconciler.close())
                .whenComplete((ended, thrown) -> {
                    if (thrown == null) {
                        done.put(route, true);
                    }
                    CompletableFuture<Void> unused = lock.release();
                });
    }

    /** Repairs the rows of the first target, all of them in one page. */
    private CompletableFuture<?> repair(String route, Reconciler reconciler) {
        return repairing && route.equals(routes.get(0))
                ? new RowRepair(reconciler, removal -> CompletableFuture.completedFuture(null))
                        .repair(tables.rows(route).values().stream()
                                .map(Item::new)
                                .toList())
                : CompletableFuture.completedFuture(null);
    }

    /** Kills or pauses some runs while they deal with a page. */
    private void strike(SimulatedProcess process) {
        long when = random.nextLong(random.nextBoolean() ? 150 : 1_500);
        switch (random.nextInt(8)) {
            case 0, 1 -> time.in(when, process::kill);
            case 2 -> time.in(when, () -> process.pause(random.nextLong(8_000)));
            default -> {}
        }
    }

    /** Reads a page and delivers it after a delay; then reads the next one. */
    private CompletableFuture<Void> pages(String route, Reconciler reconciler, SimulatedProcess process) {
        List<Item> page = page(positions.get(route));
        if (page.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        String last = id(page.get(page.size() - 1));
        CompletableFuture<Void> read = new CompletableFuture<>();
        time.in(1 + random.nextLong(random.nextBoolean() ? 3_000 : 200), () -> process.run(() -> read.complete(null)));
        return read.thenCompose(now -> {
                    if (time.now() < strikesUntil) {
                        strike(process);
                    }
                    return reconciler.bring(page);
                })
                .thenCompose(brought -> {
                    positions.merge(route, last, (a, b) -> a.compareTo(b) > 0 ? a : b);
                    return pages(route, reconciler, process);
                });
    }

    private List<Item> page(@Nullable String after) {
        return tables.rows(SOURCE).values().stream()
                .map(Item::new)
                .filter(item -> after == null || id(item).compareTo(after) > 0)
                .sorted((a, b) -> id(a).compareTo(id(b)))
                .limit(1 + random.nextInt(3))
                .toList();
    }

    private static String id(Item item) {
        AttributeValue id = item.attributes().get("id");
        return id.s();
    }

    private JobRoute route(String name, FakeDynamoDb client, VirtualTimer timer) {
        return new JobRoute(
                name,
                "users",
                client,
                SOURCE,
                SOURCE_KEY,
                projections.apply(name),
                false,
                client,
                name,
                new BatchingTable(
                        new TargetTable(client, name, policies),
                        new BatchingTable.Limits(4, 1, 3),
                        timer,
                        () -> time.now() * 1_000_000),
                new ExactWrites(client, name));
    }

    private JobTable jobs(FakeDynamoDb client) {
        return new JobTable(client, FakeDynamoDb.JOBS, WRITE);
    }

    /** With the clock of a process, which differs a little from the others. */
    private ReconcileTiming timing() {
        long skew = random.nextLong(SimulatedWorker.WRITE_TIMEOUT / 5);
        InstantSource clock = () -> Instant.EPOCH.plusMillis(1_000_000 + time.now() + skew);
        return new ReconcileTiming(
                SENDS,
                Duration.ofMillis(Simulation.HORIZON + SimulatedWorker.WRITE_TIMEOUT),
                clock,
                () -> time.now() * 1_000_000);
    }
}
