package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.replication.ShardOwnership;
import dev.tributary.replication.ShardOwnership.Timing;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;

/**
 * The ownership of every lease that KCL holds in this process: fed by each call that renews a lease, and asked before a
 * lease passes to another worker.
 *
 * <p>KCL notes when a renewal returned, and notes it where its monitors are needed to read it. Here each call is timed
 * from its start, and read without a lock. Safe for any thread.
 */
public final class LeaseOwnerships {

    private static final Logger log = LoggerFactory.getLogger(LeaseOwnerships.class);

    private final Timing timing;
    private final LongSupplier nanoTime;
    private final Map<UUID, Acquired> acquired = new ConcurrentHashMap<>();
    private final Object renewing = new Object();

    /** A call of KCL to the lease table; false if the condition of its write failed. */
    @FunctionalInterface
    interface Call {
        boolean run() throws DependencyException, InvalidStateException, ProvisionedThroughputException;
    }

    /** A call of KCL that renews every lease. */
    @FunctionalInterface
    public interface Renewal {
        void run() throws DependencyException, InvalidStateException;
    }

    /** A lease since this process got it last. KCL gives each acquisition a token. */
    private static final class Acquired {
        private final String leaseKey;
        private final ShardOwnership ownership;

        /** Whether a processor reads the shard. */
        private volatile boolean read;

        private Acquired(String leaseKey, ShardOwnership ownership) {
            this.leaseKey = leaseKey;
            this.ownership = ownership;
        }
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public LeaseOwnerships(Timing timing, LongSupplier nanoTime) {
        this.timing = timing;
        this.nanoTime = nanoTime;
    }

    /** Renews a lease by the call, unless it is too late for that; then KCL drops the lease. */
    boolean renew(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (lease.concurrencyToken() == null) {
            // KCL starts, and looks for leases that are this worker's. Whoever reads the shard renews it again.
            return call.run();
        }
        Acquired holding = of(lease);
        if (!holding.ownership.renewable()) {
            log.warn(
                    "shard {}: the lease is given up: {}",
                    lease.leaseKey(),
                    lease.shutdownRequested()
                            ? "it was to be handed over to " + lease.leaseOwner() + ", and was not"
                            : "it was not renewed in time");
            holding.ownership.lose();
            return false;
        }
        long start = holding.ownership.attempt(lease.leaseCounter());
        boolean renewed = call.run();
        if (lease.shutdownRequested()) {
            holding.ownership.drain(start);
        }
        if (renewed) {
            holding.ownership.renewed(start);
        } else {
            holding.ownership.lose();
        }
        return renewed;
    }

    /**
     * Writes a checkpoint by the call. KCL takes it for a renewal, but unlike one it does not fail where the lease is to
     * be handed over, so it opens no fence.
     */
    boolean update(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (lease.concurrencyToken() == null) {
            return call.run();
        }
        Acquired holding = of(lease);
        holding.ownership.attempt(lease.leaseCounter());
        boolean updated = call.run();
        if (!updated) {
            holding.ownership.lose();
        }
        return updated;
    }

    /** Gives the lease to another worker, or to none, by the call, unless calls may be in flight that this worker made. */
    boolean pass(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        boolean writing = acquired.values().stream()
                .anyMatch(holding ->
                        holding.leaseKey.equals(lease.leaseKey()) && holding.read && !holding.ownership.quiet());
        if (writing) {
            log.info("shard {}: the lease does not pass on yet: calls to a target may be in flight", lease.leaseKey());
            return false;
        }
        return call.run();
    }

    /**
     * The ownership of a lease whose shard is read from now on. A lease that KCL has just found to be this worker's is
     * renewed first, because nothing tells for how long it has been.
     */
    public ShardOwnership read(Lease lease, Renewal renewal) {
        acquired.values().removeIf(other -> other.ownership.lost() && other.ownership.quiet());
        Acquired holding = of(lease);
        holding.read = true;
        synchronized (renewing) {
            if (!holding.ownership.renewed()) {
                try {
                    renewal.run();
                } catch (DependencyException | InvalidStateException e) {
                    log.warn("shard {}: not renewed yet, no write before that: {}", lease.leaseKey(), e.toString());
                }
            }
        }
        return holding.ownership;
    }

    private Acquired of(Lease lease) {
        return acquired.computeIfAbsent(
                requireNonNull(lease.concurrencyToken()),
                token -> new Acquired(lease.leaseKey(), new ShardOwnership(timing, nanoTime)));
    }

    /** The shards that are read now. */
    public Set<String> shards() {
        return acquired.values().stream()
                .filter(holding -> holding.read && !holding.ownership.lost())
                .map(holding -> holding.leaseKey)
                .collect(Collectors.toSet());
    }

    /** No change is taken any more. */
    public void drain() {
        long now = nanoTime.getAsLong();
        acquired.values().forEach(holding -> holding.ownership.drain(now));
    }

    /** No call starts any more. */
    public void seal() {
        acquired.values().forEach(holding -> holding.ownership.seal());
    }

    /** Whether every lease may pass to another worker. */
    public boolean quiet() {
        return acquired.values().stream().allMatch(holding -> !holding.read || holding.ownership.quiet());
    }
}
