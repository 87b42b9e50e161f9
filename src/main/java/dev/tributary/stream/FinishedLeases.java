package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/**
 * Gives up the leases of shards that were read to their ends: KCL would renew them for as long as they are in the table, which
 * is a day.
 */
final class FinishedLeases {

    /** Leases of ended shards are deleted from the table earlier than this. */
    private static final long REMEMBERED = Duration.ofDays(3).toNanos();

    /** Keys of those that were held at the last look; used by one thread at a time. */
    private Set<String> finished = Set.of();

    /** By lease key, when, in nanoseconds of the monotonic clock. */
    private final Map<String, Long> givenUp = new ConcurrentHashMap<>();

    private final LongSupplier nanoTime;

    /** @param nanoTime monotonic, such as {@link System#nanoTime()} */
    FinishedLeases(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether the lease with this key was given up, and is not taken up again. Safe for any thread. */
    boolean isGivenUp(String leaseKey) {
        return givenUp.containsKey(leaseKey);
    }

    /**
     * Gives up the leases that were finished at the last look: the processor of a shard that has just ended may still run.
     */
    void giveUp(LeaseCoordinator coordinator) {
        long now = nanoTime.getAsLong();
        givenUp.values().removeIf(at -> now - at > REMEMBERED);
        Set<String> held = new HashSet<>();
        for (Lease lease : coordinator.getAssignments()) {
            if (LeaseRows.ended(lease)) {
                held.add(lease.leaseKey());
                if (finished.contains(lease.leaseKey())) {
                    givenUp.put(lease.leaseKey(), now);
                    coordinator.dropLease(lease);
                }
            }
        }
        finished = held;
    }
}
