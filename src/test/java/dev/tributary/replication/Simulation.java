package dev.tributary.replication;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.projection.Projection;
import dev.tributary.replication.SourceHistory.Shape;
import dev.tributary.replication.SourceHistory.Shard;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One history of a source, replicated over a faulty network by workers that crash, pause, lose their leases and hand them
 * over. The seed decides everything; it runs in virtual time and in one thread.
 *
 * <p>There are two routes: one to a table whose key contains the source key, and one to a table in which items collide.
 */
final class Simulation {

    static final String INJECTIVE = "by_city_and_id";
    static final String COLLIDING = "by_city";

    /** Time from the sending of a write after which it cannot take effect, in milliseconds. */
    static final long HORIZON = 20_000;

    /** Likewise, from when its sender has given it up. */
    static final long LATENESS = HORIZON - SimulatedWorker.WRITE_TIMEOUT;

    private static final LateWriteTiming LATE = new LateWriteTiming(
            Duration.ofMillis(HORIZON), Duration.ofMillis(SimulatedWorker.WRITE_TIMEOUT), Duration.ofSeconds(10));

    private static final LateWriteTiming NOT_LATE =
            new LateWriteTiming(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(3));

    /** All faults end here, in milliseconds. */
    static final long QUIET_FROM = 2 * SourceHistory.DURATION;

    /** Time after a history for its last late write, and for repetitions that another process takes over. */
    private static final long LAST_REPETITION = 4 * HORIZON;

    /** Far more than any retry needs. */
    private static final long PATIENCE = QUIET_FROM + 600_000;

    private static final SimpleMeterRegistry REGISTRY = new SimpleMeterRegistry();

    private final VirtualTime time = new VirtualTime();
    private final FakeTables tables = new FakeTables();
    private final List<SimulatedShard> shards = new ArrayList<>();
    private final SourceHistory history;
    private final Expectation expectation;
    private final List<String> behindNothing = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final List<String> trespasses = new ArrayList<>();
    private final RandomGenerator random;
    private final Conditions conditions;
    private final Optional<SimulatedBackfill> backfill;

    /** What is backfilled, beside which faults. */
    enum Backfills {
        NONE,
        AMONG_FAULTS,
        /** Workers live, and their calls succeed. */
        ALONE,
        /** Rows that other writers have changed are repaired too. */
        OF_REPAIRS
    }

    /**
     * The conditions of a simulation.
     *
     * @param shape of the item histories
     * @param fenced whether workers obey their fence
     * @param lateness time after its timeout in which a write may still take effect, in milliseconds; 0 for none
     * @param locked whether redrives share one lock; there are redrives if changes are refused
     * @param policies of both routes
     * @param repeating whether removals are repeated while a write may be late
     * @param room items with parked changes that a process keeps in memory
     * @param backfills whether the source has items from before the stream, which are backfilled
     */
    record Conditions(
            Shape shape,
            boolean fenced,
            long lateness,
            boolean locked,
            Policies policies,
            boolean repeating,
            int room,
            Backfills backfills) {

        Conditions(Shape shape, boolean fenced, long lateness, boolean locked) {
            this(shape, fenced, lateness, locked, Policies.USUAL, true, 1_000, Backfills.NONE);
        }

        Conditions(Shape shape, boolean fenced, long lateness) {
            this(shape, fenced, lateness, true);
        }

        /** With tombstones for removed rows. */
        Conditions withTombstones() {
            Policies buried = new Policies(policies.collisions(), Optional.of(new Tombstones(Duration.ofDays(7))));
            return new Conditions(shape, fenced, lateness, locked, buried, repeating, room, backfills);
        }

        /** Items do not take each other's rows; changes that would are parked. */
        Conditions rejecting() {
            Policies reject = new Policies(CollisionPolicy.REJECT, policies.tombstones());
            return new Conditions(shape, fenced, lateness, locked, reject, repeating, room, backfills);
        }

        /** Removals are not repeated after late writes. */
        Conditions withoutRepetitions() {
            return new Conditions(shape, fenced, lateness, locked, policies, false, room, backfills);
        }

        /** The index is too small for all items with parked changes. */
        Conditions cramped() {
            return new Conditions(shape, fenced, lateness, locked, policies, repeating, 1, backfills);
        }

        /** Items from before the stream are backfilled meanwhile. */
        Conditions backfilling() {
            return new Conditions(shape, fenced, lateness, locked, policies, repeating, room, Backfills.AMONG_FAULTS);
        }

        /** The same, and other writers change rows of a target, which is repaired. */
        Conditions repairing() {
            return new Conditions(shape, fenced, lateness, locked, policies, repeating, room, Backfills.OF_REPAIRS);
        }

        /** Items are backfilled, and only calls of backfills are lost or late: nothing but their records mends that. */
        Conditions backfillingAlone() {
            return new Conditions(shape, fenced, lateness, locked, policies, false, room, Backfills.ALONE);
        }

        boolean backfilled() {
            return backfills != Backfills.NONE;
        }

        boolean rejects() {
            return policies.collisions() == CollisionPolicy.REJECT;
        }

        boolean redriven() {
            return shape == Shape.REFUSED || shape == Shape.PARTING;
        }

        /** With changes that a target can never take, and operators who redrive them. */
        static final Conditions REDRIVEN = new Conditions(Shape.REFUSED, true, LATENESS);

        /** The promised conditions. */
        static final Conditions PROMISED = new Conditions(Shape.ANYTHING, true, LATENESS);
    }

    private Simulation(RandomGenerator random, Conditions conditions) {
        this.random = random;
        this.conditions = conditions;
        this.history = conditions.backfilled()
                ? SourceHistory.randomWithItems(random, conditions.shape())
                : SourceHistory.random(random, conditions.shape());
        tables.create(INJECTIVE, "city", "id");
        tables.create(COLLIDING, "city");
        tables.create(FakeDynamoDb.LATE_WRITES, "scope", "entry");
        expectation = new Expectation(
                new RowsAtRest(history, projection(INJECTIVE), conditions.redriven()),
                new RowsAtRest(history, projection(COLLIDING), conditions.redriven()),
                conditions.rejects(),
                conditions.lateness() > 0);
        tables.listen((table, key, before, after) -> {
            if (table.equals(FakeDynamoDb.LATE_WRITES) || table.equals(FakeDynamoDb.JOBS)) {
                return;
            }
            if (!table.equals(FakeDynamoDb.DEAD_LETTERS)) {
                expectation.changed(table, key, before, after);
            } else if (before.isEmpty() && isBehind(after) && !hasPredecessor(key)) {
                behindNothing.add(key.get("position").s() + " was parked behind nothing");
            }
        });
        backfill = conditions.backfilled()
                ? Optional.of(new SimulatedBackfill(
                        time,
                        random,
                        tables,
                        history,
                        process -> network(process, QUIET_FROM),
                        conditions.policies(),
                        List.of(INJECTIVE, COLLIDING),
                        Simulation::projection,
                        conditions.backfills() == Backfills.OF_REPAIRS))
                : Optional.empty();
        for (List<Shard> lineage : history.lineages()) {
            SimulatedShard parent = null;
            for (Shard shard : lineage) {
                parent = new SimulatedShard("shard-" + shards.size(), shard, parent);
                shards.add(parent);
            }
        }
    }

    /** Runs to the end and returns the violations; empty if there are none. */
    static List<String> run(long seed, Conditions conditions) {
        return new Simulation(new java.util.SplittableRandom(seed), conditions).run();
    }

    /**
     * What verifications have done beside a history.
     *
     * @param alarms differences that they reported; all of them are false
     * @param proofs verifications that have found the target right
     * @param waits for replication
     */
    record Verified(List<String> alarms, int proofs, long waits) {}

    /**
     * Runs to the end while the target whose rows do not collide is verified.
     *
     * @param waits whether differences wait for replication
     */
    static Verified verified(long seed, boolean waits) {
        Simulation simulation =
                new Simulation(new java.util.SplittableRandom(seed), new Conditions(Shape.ANYTHING, true, 0));
        SimulatedVerifier verifier = new SimulatedVerifier(
                simulation.time,
                simulation.random,
                simulation.tables,
                simulation.history,
                simulation::network,
                simulation.shards,
                waits);
        verifier.start(INJECTIVE, projection(INJECTIVE), QUIET_FROM);
        List<String> alarms = new ArrayList<>(simulation.run());
        if (!verifier.rests()) {
            alarms.add("a verification has not ended");
        }
        alarms.addAll(verifier.alarms());
        return new Verified(alarms, verifier.proofs(), verifier.decided());
    }

    /** Number of batched writes in a history. */
    static int batched(long seed) {
        Simulation simulation = new Simulation(new java.util.SplittableRandom(seed), Conditions.PROMISED);
        simulation.run();
        return simulation.tables.executed();
    }

    private List<String> run() {
        time.every(100, () -> {
            shards.stream().filter(shard -> shard.isFree(time.now())).forEach(this::acquire);
            return !everythingEnded();
        });
        // After a crash every removal is repeated for a while, which removes what a backfill leaves too.
        boolean calm = conditions.backfills() == Backfills.ALONE || (conditions.backfilled() && random.nextInt(3) > 0);
        // The next owner of a shard repairs what a fault has left undone, so in some histories there is soon none.
        long lastOwners = random.nextInt(4) == 0 ? random.nextLong(QUIET_FROM) : QUIET_FROM;
        time.every(500, () -> {
            shards.stream()
                    .filter(shard -> shard.owner() != null && !calm)
                    .forEach(time.now() < lastOwners ? this::strike : this::strikeRenewal);
            return time.now() < QUIET_FROM;
        });
        if (conditions.redriven() || conditions.rejects()) {
            tables.create(FakeDynamoDb.DEAD_LETTERS, "partition", "position");
        }
        if (conditions.redriven()) {
            SimulatedOperator operator = new SimulatedOperator(
                    time, random, tables, this::client, this::lateWritesOfJob, conditions.locked());
            int busy = random.nextInt(1, 30);
            time.every(100, () -> {
                if (random.nextInt(time.now() < QUIET_FROM ? busy : 50) == 0) {
                    String route = random.nextBoolean() ? INJECTIVE : COLLIDING;
                    operator.redrive(route, projection(route), conditions.policies(), time.now() < QUIET_FROM);
                }
                return !everythingRests();
            });
        }
        backfill.ifPresent(run -> run.start(QUIET_FROM));
        if (!time.runUntil(this::everythingRests, PATIENCE)) {
            List<String> stuck = new ArrayList<>();
            backfill.ifPresent(run -> stuck.add("backfilled: " + run.isDone()));
            stuck.add(parked() + " dead letters");
            stuck.addAll(failures);
            for (SimulatedShard shard : shards) {
                stuck.add("checkpoint stands at " + shard.committed() + " of "
                        + shard.records().size());
            }
            return stuck;
        }
        time.runUntil(() -> false, time.now() + LAST_REPETITION);
        processes.forEach(SimulatedProcess::kill);
        time.runOut();
        List<String> violations = new ArrayList<>(expectation.violations(tables));
        violations.addAll(behindNothing);
        violations.addAll(failures);
        if (conditions.fenced()) {
            violations.addAll(trespasses);
        }
        return violations;
    }

    private boolean everythingEnded() {
        return shards.stream().allMatch(SimulatedShard::isEnded);
    }

    private boolean everythingRests() {
        return everythingEnded()
                && (!conditions.redriven() || parked() == 0)
                && backfill.map(SimulatedBackfill::isDone).orElse(true);
    }

    private long parked() {
        return tables.exists(FakeDynamoDb.DEAD_LETTERS)
                ? tables.live(FakeDynamoDb.DEAD_LETTERS).stream()
                        .filter(letter -> letter.containsKey("reason"))
                        .count()
                : 0;
    }

    private static boolean isBehind(Map<String, AttributeValue> letter) {
        return letter.containsKey("reason") && letter.get("reason").s().startsWith("an earlier change");
    }

    private boolean hasPredecessor(Map<String, AttributeValue> letter) {
        String position = letter.get("position").s();
        return tables.live(FakeDynamoDb.DEAD_LETTERS).stream()
                .filter(key -> key.get("partition").equals(letter.get("partition")))
                .map(key -> key.get("position").s())
                .anyMatch(other -> other.compareTo(position) < 0
                        && other.startsWith(position.substring(0, position.indexOf('#'))));
    }

    private FakeDynamoDb client(SimulatedProcess process) {
        return new FakeDynamoDb(tables, network(process));
    }

    private FaultyNetwork network(SimulatedProcess process) {
        return network(process, conditions.backfills() == Backfills.ALONE ? 0 : QUIET_FROM);
    }

    private FaultyNetwork network(SimulatedProcess process, long quietFrom) {
        return new FaultyNetwork(
                process,
                time,
                random,
                new FaultyNetwork.Limits(SimulatedWorker.WRITE_TIMEOUT, conditions.lateness(), quietFrom));
    }

    private void acquire(SimulatedShard shard) {
        if (random.nextInt(4) == 0) {
            shard.forgetCheckpoints(random.nextInt(shard.committed() + 1));
        }
        SimulatedWorker unused = new SimulatedWorker(shard, time, random, conditions.fenced(), this::pipeline);
    }

    private ReplicationPipeline pipeline(Fence fence, SimulatedProcess process, String shard, BooleanSupplier alone) {
        FakeDynamoDb client = new FakeDynamoDb(
                tables, new OwnedCalls(network(process), time, SimulatedWorker.WRITE_TIMEOUT, alone, trespasses::add));
        VirtualTimer timer = new VirtualTimer(time, asked -> 1 + random.nextLong(300), process::run);
        List<Route> routes = List.of(
                new Route(
                        INJECTIVE,
                        "table of " + INJECTIVE,
                        projection(INJECTIVE),
                        target(client, INJECTIVE, timer),
                        deadLetters(client, INJECTIVE)),
                new Route(
                        COLLIDING,
                        "table of " + COLLIDING,
                        projection(COLLIDING),
                        target(client, COLLIDING, timer),
                        deadLetters(client, COLLIDING)));
        backfill.ifPresent(run -> run.settlePages(network(process), process));
        return new ReplicationPipeline(
                routes,
                lateWrites(client, process).shard(shard),
                SimulatedWorker.MAX_IN_FLIGHT,
                fence,
                timer,
                REGISTRY,
                new Health(),
                failure -> failures.add(failure.getCause().toString()));
    }

    /** The clock of a process, which differs a little from the others. */
    private LateWrites lateWrites(FakeDynamoDb client, SimulatedProcess process) {
        processes.add(process);
        return LateWrites.ofDaemon(
                lateWriteTable(client),
                "items",
                "process-" + processes.size(),
                conditions.repeating() ? LATE : NOT_LATE,
                clock(),
                new VirtualTimer(time, asked -> asked, process::run),
                REGISTRY);
    }

    private LateWrites lateWritesOfJob(FakeDynamoDb client, SimulatedProcess process) {
        processes.add(process);
        return LateWrites.ofJob(
                lateWriteTable(client),
                "items",
                "job-" + processes.size(),
                conditions.repeating() ? LATE : NOT_LATE,
                clock(),
                new VirtualTimer(time, asked -> asked, process::run));
    }

    private static LateWriteTable lateWriteTable(FakeDynamoDb client) {
        return new LateWriteTable(client, FakeDynamoDb.LATE_WRITES, Duration.ofMillis(SimulatedWorker.WRITE_TIMEOUT));
    }

    private InstantSource clock() {
        long skew = random.nextLong(SimulatedWorker.WRITE_TIMEOUT / 5);
        return () -> Instant.EPOCH.plusMillis(1_000_000 + time.now() + skew);
    }

    /** Its contents expire after a tenth of a second. */
    private ParkedItemIndex deadLetters(FakeDynamoDb client, String route) {
        return client.deadLetters(
                route, () -> Duration.ofMinutes(10).toNanos() / 1_000 * time.now(), conditions.room());
    }

    private BatchingTable target(FakeDynamoDb client, String table, VirtualTimer timer) {
        return new BatchingTable(
                new TargetTable(client, table, conditions.policies()),
                new BatchingTable.Limits(4, 1, 3),
                timer,
                () -> time.now() * 1_000_000);
    }

    private void strike(SimulatedShard shard) {
        SimulatedWorker worker = shard.owner();
        switch (random.nextInt(25)) {
            case 0 -> worker.crash();
            case 1 -> worker.pause(random.nextLong(3 * SimulatedWorker.LEASE));
            case 2 -> worker.loseLease();
            case 3 -> worker.renewLate();
            case 4 -> worker.leave();
            case 5, 6 -> worker.handOver();
            default -> {}
        }
    }

    private void strikeRenewal(SimulatedShard shard) {
        if (random.nextInt(5) == 0) {
            shard.owner().renewLate();
        }
    }

    private static Projection projection(String route) {
        KeyAttribute city = new KeyAttribute("city", AttributeType.S);
        Optional<KeyAttribute> sort =
                route.equals(INJECTIVE) ? Optional.of(new KeyAttribute("id", AttributeType.S)) : Optional.empty();
        return new Projection(TestRoute.to(route).excluding("note").projection(), new KeySchema(city, sort));
    }
}
