package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.replication.ShardOwnership;
import dev.tributary.replication.ShardOwnership.Timing;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;

/**
 * The {@link ShardOwnership} of every lease that KCL holds in this process: updated by each call that renews a lease, and
 * checked before a lease passes to another worker.
 *
 * <p>KCL records when a renewal returned, and reading that takes its locks. Here each call is timed from its start, and
 * reads take no lock. Safe for any thread.
 */
public final class LeaseOwnerships {

    private static final Logger log = LoggerFactory.getLogger(LeaseOwnerships.class);

    private static final Duration QUIET_CHECK = Duration.ofMillis(20);

    /**
     * How long a lost acquisition is remembered. KCL may try to renew its lease again, which must fail; KCL gives it up then, or
     * when the calls of one round of renewals have timed out.
     */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final Timing timing;
    private final LongSupplier nanoTime;
    private final Map<UUID, Acquired> acquired = new ConcurrentHashMap<>();
    private final Object renewing = new Object();

    /** KCL's call to the lease table; returns false if the condition of the write failed. */
    @FunctionalInterface
    interface Call {
        boolean run() throws DependencyException, InvalidStateException, ProvisionedThroughputException;
    }

    /** KCL's call that renews every lease. */
    @FunctionalInterface
    public interface Renewal {
        void run() throws DependencyException, InvalidStateException;
    }

    /** One acquisition of a lease by this process; KCL gives each a token. */
    private static final class Acquired {
        private final String leaseKey;
        private final ShardOwnership ownership;

        /** Whether a processor reads the shard. */
        private volatile boolean read;

        private Acquired(String leaseKey, ShardOwnership ownership) {
            this.leaseKey = leaseKey;
            this.ownership = ownership;
        }

        private boolean quiet() {
            return !read || ownership.quiet();
        }
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public LeaseOwnerships(Timing timing, LongSupplier nanoTime) {
        this.timing = timing;
        this.nanoTime = nanoTime;
    }

    /**
     * Renews a lease with the call. If that is too late, or was answered too late, returns false: KCL drops the lease.
     *
     * <p>Returns true without a call if KCL starts, and has found the lease in the table as this worker's: it would renew
     * them one after the other, and all are renewed together before anything is written.
     */
    boolean renew(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (lease.concurrencyToken() == null) {
            return true;
        }
        Acquired held = of(lease);
        if (!held.ownership.renewable()) {
            giveUp(lease, held);
            return false;
        }
        long start = held.ownership.attempt(lease.leaseCounter());
        boolean renewed = call.run();
        if (lease.shutdownRequested()) {
            held.ownership.drain(start);
        }
        if (!renewed) {
            held.ownership.lose();
            return false;
        }
        if (!held.ownership.renewed(start)) {
            giveUp(lease, held);
            return false;
        }
        return true;
    }

    private static void giveUp(Lease lease, Acquired held) {
        log.warn(
                "shard {}: the lease is given up: {}",
                LogFields.shard(lease.leaseKey()),
                lease.shutdownRequested()
                        ? "it was not handed over to " + lease.leaseOwner() + " in time"
                        : "it was not renewed in time");
        held.ownership.lose();
    }

    /**
     * Writes a checkpoint with the call. KCL counts it as a renewal; but unlike a renewal it does not fail if the lease is
     * to be handed over, so it does not open the fence.
     */
    boolean update(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (lease.concurrencyToken() == null) {
            return call.run();
        }
        Acquired held = of(lease);
        held.ownership.attempt(lease.leaseCounter());
        boolean updated = call.run();
        if (!updated) {
            held.ownership.lose();
        }
        return updated;
    }

    /** Assigns or releases the lease with the call, unless calls of this worker may be in flight: then returns false. */
    boolean pass(Lease lease, Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        boolean writing = acquired.values().stream()
                .anyMatch(held -> held.leaseKey.equals(lease.leaseKey()) && held.read && !held.ownership.quiet());
        if (writing) {
            log.info(
                    "shard {}: the lease is not handed over yet: calls to a target may be in flight",
                    LogFields.shard(lease.leaseKey()));
            return false;
        }
        return call.run();
    }

    /**
     * Returns the ownership of a lease whose shard is read from now on. A lease that KCL found in the table as this
     * worker's is renewed first, because the time of its last renewal is unknown.
     */
    public ShardOwnership read(Lease lease, Renewal renewal) {
        acquired.values()
                .removeIf(other -> other.ownership.lost()
                        && other.ownership.quiet()
                        && other.ownership.sinceRenewal().compareTo(REMEMBERED) > 0);
        Acquired held = of(lease);
        held.read = true;
        synchronized (renewing) {
            if (!held.ownership.renewed()) {
                try {
                    renewal.run();
                } catch (DependencyException | InvalidStateException e) {
                    log.warn(
                            "shard {}: the lease could not be renewed yet, and nothing is written before that: {}",
                            LogFields.shard(lease.leaseKey()),
                            e.toString());
                }
            }
        }
        return held.ownership;
    }

    private Acquired of(Lease lease) {
        return acquired.computeIfAbsent(
                requireNonNull(lease.concurrencyToken()),
                token -> new Acquired(lease.leaseKey(), new ShardOwnership(timing, nanoTime)));
    }

    /** Ids of the shards of the source that are read now. */
    public Set<String> shards(String source) {
        return of(LeaseKey.of(source))
                .filter(held -> held.read && !held.ownership.lost())
                .flatMap(held -> LeaseKey.parse(held.leaseKey).stream())
                .map(LeaseKey::id)
                .collect(Collectors.toSet());
    }

    /**
     * No more changes of these leases are taken.
     *
     * @param leaseKeys selects leases by their keys
     */
    public void drain(Predicate<String> leaseKeys) {
        long now = nanoTime.getAsLong();
        of(leaseKeys).forEach(held -> held.ownership.drain(now));
    }

    /**
     * No call for these leases starts from now on. Waits until all of them may pass to another worker.
     *
     * @param leaseKeys selects leases by their keys
     * @param end time of {@link System#nanoTime()} at which the wait ends in any case
     */
    public void seal(Predicate<String> leaseKeys, long end) throws InterruptedException {
        of(leaseKeys).forEach(held -> held.ownership.seal());
        while (!of(leaseKeys).allMatch(Acquired::quiet) && System.nanoTime() - end < 0) {
            TimeUnit.NANOSECONDS.sleep(QUIET_CHECK.toNanos());
        }
    }

    private Stream<Acquired> of(Predicate<String> leaseKeys) {
        return acquired.values().stream().filter(held -> leaseKeys.test(held.leaseKey));
    }
}
