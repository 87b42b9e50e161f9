package dev.tributary.replication;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.Redrive;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.projection.Projection;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Operators who redrive parked changes, concurrently with the workers and with each other, over a faulty network. Their
 * processes are killed and paused as those of workers are.
 */
final class SimulatedOperator {

    private static final Duration LOCK = Duration.ofSeconds(3);
    private static final Duration WRITE = Duration.ofMillis(SimulatedWorker.WRITE_TIMEOUT);

    private final VirtualTime time;
    private final RandomGenerator random;
    private final FakeTables tables;
    private final Function<SimulatedProcess, FakeDynamoDb> clients;
    private final BiFunction<FakeDynamoDb, SimulatedProcess, LateWrites> lateWrites;
    private final boolean locked;

    /**
     * @param clients creates the client of a process
     * @param lateWrites creates the late writes of a process
     * @param locked whether redrives share one lock
     */
    SimulatedOperator(
            VirtualTime time,
            RandomGenerator random,
            FakeTables tables,
            Function<SimulatedProcess, FakeDynamoDb> clients,
            BiFunction<FakeDynamoDb, SimulatedProcess, LateWrites> lateWrites,
            boolean locked) {
        this.time = time;
        this.random = random;
        this.tables = tables;
        this.clients = clients;
        this.lateWrites = lateWrites;
        this.locked = locked;
    }

    /** Lists without faults: its many reads are harmless, and an operator repeats those that fail. */
    private CompletableFuture<List<ParkedItem>> items(String route) {
        return new DeadLetterTable(
                        new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT), FakeDynamoDb.DEAD_LETTERS, WRITE)
                .deadLetters(route)
                .items(Optional.empty(), 100);
    }

    /**
     * Starts a redrive of a route and does not wait for it.
     *
     * @param strike whether it may be killed or paused
     */
    void redrive(String route, Projection projection, Policies policies, boolean strike) {
        SimulatedProcess process = new SimulatedProcess(time);
        FakeDynamoDb client = clients.apply(process);
        DeadLetterTable table = new DeadLetterTable(client, FakeDynamoDb.DEAD_LETTERS, WRITE);
        // A separate lock for each redrive is no lock.
        String lockName = locked ? route : route + random.nextLong();
        JobLock lock = table.lock(
                lockName,
                new JobLock.Timing(
                        LOCK,
                        WRITE,
                        () -> Duration.ofMillis(time.now()).toNanos(),
                        new VirtualTimer(time, asked -> asked, process::run)),
                "operator");
        RouteDeadLetters deadLetters = table.deadLetters(route);
        TargetTable target = new TargetTable(client, route, policies);
        Redrive redrive = new Redrive(
                projection,
                target,
                deadLetters,
                lateWrites
                        .apply(client, process)
                        .route(route, "table of " + route, write -> target.apply(write, () -> true)),
                lock,
                () -> CompletableFuture.completedFuture(Optional.empty()));
        lock.take(holder -> {})
                .thenCompose(taken -> items(route))
                .thenCompose(items -> CompletableFuture.allOf(
                        items.stream().map(item -> redrive.item(item.item())).toArray(CompletableFuture[]::new)))
                .whenComplete((done, thrown) -> lock.release());
        if (strike) {
            long when = random.nextLong(1_500);
            switch (random.nextInt(5)) {
                case 0 -> time.in(when, process::kill);
                case 1, 2 -> time.in(when, () -> process.pause(random.nextLong(6_000)));
                default -> {}
            }
        }
    }
}
