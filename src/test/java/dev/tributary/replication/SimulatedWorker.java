package dev.tributary.replication;

import dev.tributary.replication.SourceHistory.StreamedChange;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A worker with the lease of one shard; also after it lost the lease, while it does not know yet.
 *
 * <p>Its fence is that of a KCL worker: open while a write that starts now ends before the lease can be taken.
 */
final class SimulatedWorker implements Fence {

    static final long LEASE = 3_000;
    static final long WRITE_TIMEOUT = LEASE / 3;
    static final int MAX_IN_FLIGHT = 15;

    private final SimulatedShard shard;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final SimulatedProcess process;
    private final boolean fenced;
    private final ReplicationPipeline pipeline;
    private int position;
    private long renewed;
    private long noRenewalBefore;
    private boolean leaving;
    private boolean toldLost;
    private @Nullable CompletableFuture<Void> release;
    private long releasedBy;

    /** Builds the pipeline of a worker: behind its fence, in its process. */
    interface Pipelines {
        ReplicationPipeline create(Fence fence, SimulatedProcess process, String shard);
    }

    SimulatedWorker(
            SimulatedShard shard, VirtualTime time, RandomGenerator random, boolean fenced, Pipelines pipelines) {
        this.shard = shard;
        this.time = time;
        this.random = random;
        this.fenced = fenced;
        this.process = new SimulatedProcess(time);
        this.renewed = time.now();
        this.position = shard.committed();
        shard.assign(this); // before the pipeline, which calls as soon as it is there
        this.pipeline = pipelines.create(this, process, shard.name());
        process.every(1 + random.nextLong(100), this::read);
        process.every(50, this::renew);
        process.every(1 + random.nextLong(500), this::checkpoint);
    }

    @Override
    public boolean holds() {
        return !fenced || (!lost() && time.now() < renewed + LEASE - WRITE_TIMEOUT);
    }

    @Override
    public boolean lost() {
        return fenced && (toldLost || !owns());
    }

    boolean leaseExpired() {
        return time.now() >= renewed + LEASE;
    }

    private boolean owns() {
        return shard.owner() == this && !leaseExpired();
    }

    private boolean read() {
        if (toldLost || shard.isEnded()) {
            return false;
        }
        while (!leaving && position < shard.records().size()) {
            StreamedChange next = shard.records().get(position);
            if (next.at() > time.now() || !submit(next)) {
                return true;
            }
            position++;
            if (random.nextInt(20) == 0) {
                submit(next); // twice
            }
        }
        if (pipeline.inFlight() == 0 && owns()) {
            if (position == shard.records().size()) {
                if (released()) {
                    shard.end();
                    return false;
                }
            } else if (leaving && released()) {
                checkpoint();
                shard.assign(null);
                toldLost = true;
                return false;
            }
        }
        return true;
    }

    /** Gives the shard up, and waits for that a moment as a stopping worker does, whatever comes of it. */
    private boolean released() {
        if (release == null) {
            release = pipeline.release();
            releasedBy = time.now() + WRITE_TIMEOUT / 2;
        }
        return release.isDone() || time.now() >= releasedBy;
    }

    /** Takes the change if that needs no waiting, for which there is no second thread here. */
    private boolean submit(StreamedChange record) {
        if (pipeline.inFlight() >= MAX_IN_FLIGHT) {
            return false;
        }
        try {
            return pipeline.submit(record.change(), record.sequenceNumber(), () -> {});
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean renew() {
        boolean due = time.now() - renewed >= LEASE / 3 && time.now() >= noRenewalBefore;
        if (due && owns()) {
            renewed = time.now();
        }
        return owns();
    }

    private boolean checkpoint() {
        String passed = pipeline.checkpoint();
        if (owns() && passed != null) {
            shard.commit(passed);
        }
        return owns();
    }

    /** Nothing of it runs any more. */
    void crash() {
        process.kill();
    }

    /** Nothing of it runs for a while; then it goes on as if nothing had been. */
    void pause(long millis) {
        process.pause(millis);
    }

    /** Renews no more; it learns of the loss long after the lease was taken. */
    void loseLease() {
        noRenewalBefore = Long.MAX_VALUE;
        long told = LEASE + random.nextLong(2 * LEASE);
        time.in(told, () -> process.run(() -> toldLost = true));
    }

    /** The next renewal comes when the fence is closed already, but before the lease expires. */
    void renewLate() {
        long late = renewed + LEASE - WRITE_TIMEOUT + random.nextLong(WRITE_TIMEOUT - 100);
        noRenewalBefore = Math.max(noRenewalBefore, late);
    }

    /** Takes nothing more, ends what it has, checkpoints, and gives the lease back. */
    void handOver() {
        leaving = true;
    }
}
