package dev.tributary.replication;

import dev.tributary.replication.ShardOwnership.Timing;
import dev.tributary.replication.SourceHistory.StreamedChange;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A worker with the lease of one shard, also after it has lost the lease without knowing it.
 *
 * <p>It renews, hands over and loses its lease as a KCL worker does: a renewal takes effect between its start and its
 * answer, which may be lost, and reveals whether the lease is to be handed over. The lease passes when the worker releases
 * it, when KCL releases it after a timeout, or when the leader has waited too long.
 */
final class SimulatedWorker {

    static final long LEASE = 3_000;
    static final long WRITE_TIMEOUT = LEASE / 3;
    static final long HAND_OVER = LEASE;
    static final int MAX_IN_FLIGHT = 15;

    private static final Timing TIMING =
            new Timing(Duration.ofMillis(LEASE), Duration.ofMillis(WRITE_TIMEOUT), Duration.ofMillis(LEASE / 3));

    private final SimulatedShard shard;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final boolean fenced;
    private final Pipelines pipelines;
    private final SimulatedProcess process;
    private @Nullable Reading reading;
    private long attemptedAt;
    private long noRenewalBefore;
    private @Nullable CompletableFuture<Void> release;
    private long releasedBy;
    private boolean renewing;

    /** The lease counter that this worker knows, from the last answered write. */
    private long counter;

    /** Whether KCL waits for this worker to release the lease. */
    private boolean handingOver;

    /** Whether the worker's threads are blocked, so that it cannot release the lease. */
    private boolean blocked;

    private boolean away;

    /** The state of a worker that has found the lease to be its own. */
    private final class Reading {
        private final ShardOwnership ownership = new ShardOwnership(TIMING, () -> time.now() * 1_000_000);
        private final ReplicationPipeline pipeline = pipelines.create(
                fenced ? ownership : new NoFence(),
                process,
                shard.name(),
                () -> shard.owner() == null || shard.owner() == SimulatedWorker.this);
        private int position = shard.committed();
        private int committed = position;
    }

    /** Builds the pipeline of a worker. */
    interface Pipelines {

        /**
         * Builds the pipeline with a fence, in a process.
         *
         * @param alone whether no other worker has the lease now
         */
        ReplicationPipeline create(Fence fence, SimulatedProcess process, String shard, BooleanSupplier alone);
    }

    /** A fence that permits everything until the worker releases the lease. */
    private final class NoFence implements Fence {
        @Override
        public boolean holds() {
            return true;
        }

        @Override
        public boolean draining() {
            return handingOver || away;
        }
    }

    SimulatedWorker(
            SimulatedShard shard, VirtualTime time, RandomGenerator random, boolean fenced, Pipelines pipelines) {
        this.shard = shard;
        this.time = time;
        this.random = random;
        this.fenced = fenced;
        this.pipelines = pipelines;
        this.process = new SimulatedProcess(time);
        shard.assign(this, time.now());
        time.in(latency(), () -> process.run(this::begin));
    }

    private void begin() {
        if (shard.owner() != this || shard.isHandedOver()) {
            return;
        }
        counter = shard.counter();
        attemptedAt = time.now() - LEASE;
        Reading begun = new Reading();
        reading = begun;
        process.every(1 + random.nextLong(100), () -> read(begun));
        process.every(50, () -> renew(begun));
        process.every(1 + random.nextLong(500), () -> checkpoint(begun));
    }

    private boolean read(Reading begun) {
        if (away || shard.isEnded()) {
            return false;
        }
        if (blocked) {
            return true;
        }
        while (begun.position < shard.records().size()) {
            StreamedChange next = shard.records().get(begun.position);
            if (next.at() > time.now() || !submit(begun, next)) {
                break;
            }
            begun.position++;
            if (random.nextInt(20) == 0) {
                submit(begun, next); // twice
            }
        }
        boolean drained = begun.pipeline.inFlight() == 0;
        if (drained && begun.position == shard.records().size() && shard.owner() == this && released(begun)) {
            shard.end();
            return false;
        }
        return !handingOver || !letGo(begun, drained);
    }

    private boolean letGo(Reading begun, boolean drained) {
        if (drained) {
            begun.ownership.seal();
        }
        if (!begun.ownership.quiet() || !released(begun)) {
            return false;
        }
        checkpoint(begun);
        pass();
        away = true;
        return true;
    }

    /** Releases the shard, and waits a moment for that as a stopping worker does, whether it succeeds or not. */
    private boolean released(Reading begun) {
        if (release == null) {
            release = begun.pipeline.release();
            releasedBy = time.now() + WRITE_TIMEOUT / 2;
        }
        return release.isDone() || time.now() >= releasedBy;
    }

    private void pass() {
        if (shard.owner() == this) {
            shard.assign(null, time.now());
        }
    }

    /** Submits the change if that does not block: there is no second thread here. */
    private static boolean submit(Reading begun, StreamedChange record) {
        if (begun.pipeline.inFlight() >= MAX_IN_FLIGHT) {
            return false;
        }
        try {
            return begun.pipeline.submit(record.change(), record.sequenceNumber(), () -> {});
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As KCL does, gives the lease up only where a renewal begins or is answered. */
    private boolean renew(Reading begun) {
        if (away) {
            return false;
        }
        if (renewing || time.now() < Math.max(attemptedAt + LEASE / 3, noRenewalBefore)) {
            return true;
        }
        if (!begun.ownership.renewable()) {
            away = true;
            return false;
        }
        renewing = true;
        attemptedAt = time.now();
        long start = begun.ownership.attempt(counter);
        long known = counter;
        boolean answerLost = random.nextInt(10) == 0 && !isQuiet();
        time.in(latency(), () -> {
            boolean renewed = shard.renew(this, known, time.now());
            boolean revealed = shard.owner() == this && shard.isHandedOver();
            time.in(
                    answerLost ? LEASE / 3 : latency(),
                    () -> process.run(() -> {
                        renewing = false;
                        if (!answerLost) {
                            answered(begun, start, renewed, revealed);
                        }
                    }));
        });
        return true;
    }

    private void answered(Reading begun, long start, boolean renewed, boolean revealed) {
        if (revealed) {
            begun.ownership.drain(start);
            if (!handingOver) {
                handingOver = true;
                blocked = random.nextBoolean();
                time.in(
                        HAND_OVER,
                        () -> process.run(() -> {
                            if (begun.ownership.quiet()) {
                                pass();
                            }
                        }));
            }
        }
        if (renewed && begun.ownership.renewed(start)) {
            counter++;
        } else {
            begun.ownership.lose();
            away = true;
        }
    }

    /** Calls run one at a time, as with KCL. This one is skipped if it would detect a lost answer. */
    private boolean checkpoint(Reading begun) {
        String passed = begun.pipeline.checkpoint();
        boolean mine = shard.owner() == this && shard.counter() == counter && !renewing;
        if (mine && passed != null && shard.commit(passed) > begun.committed) {
            begun.committed = shard.committed();
            shard.renew(this, counter, time.now());
            counter++;
        }
        return !away;
    }

    /** Mostly short, sometimes half of the lease duration. */
    private long latency() {
        return 1 + random.nextLong(random.nextInt(8) == 0 && !isQuiet() ? LEASE / 2 : 20);
    }

    /** Then leases stay with their owners, and nobody reads again what an owner has left open. */
    private boolean isQuiet() {
        return time.now() >= Simulation.QUIET_FROM;
    }

    /** Kills the worker. */
    void crash() {
        process.kill();
    }

    /** Pauses the worker; afterwards it continues unaware of the pause. */
    void pause(long millis) {
        process.pause(millis);
    }

    /** Stops renewing; the worker learns of the loss long after the lease was taken. */
    void loseLease() {
        noRenewalBefore = Long.MAX_VALUE;
        long noticed = LEASE + random.nextLong(2 * LEASE);
        time.in(
                noticed,
                () -> process.run(() -> {
                    away = true;
                    if (reading != null) {
                        reading.ownership.lose();
                    }
                }));
    }

    /** Delays the next renewal until the fence has closed, but not until the lease expires. */
    void renewLate() {
        long late = attemptedAt + LEASE - WRITE_TIMEOUT + random.nextLong(WRITE_TIMEOUT - 100);
        noRenewalBefore = Math.max(noRenewalBefore, late);
    }

    /** Stops taking changes, drains, checkpoints and releases the lease. */
    void leave() {
        handingOver = true;
        if (reading != null) {
            reading.ownership.drain(time.now() * 1_000_000);
        }
    }

    /** The leader assigns the lease to another worker. */
    void handOver() {
        shard.handOver(time.now());
    }
}
