package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/**
 * Gives up the leases of shards that were read to their ends: KCL would renew them for as long as they are in the table, which
 * is a day.
 */
final class FinishedLeases {

    /** Keys of those that were held at the last look; used by one thread at a time. */
    private Set<String> finished = Set.of();

    private final Set<String> givenUp = ConcurrentHashMap.newKeySet();

    /** Whether the lease with this key was given up, and is not taken up again. Safe for any thread. */
    boolean isGivenUp(String leaseKey) {
        return givenUp.contains(leaseKey);
    }

    /**
     * Gives up the leases that were finished at the last look: the processor of a shard that has just ended may still run.
     */
    void giveUp(LeaseCoordinator coordinator) {
        Set<String> held = new HashSet<>();
        for (Lease lease : coordinator.getAssignments()) {
            if (LeaseRows.ended(lease)) {
                held.add(lease.leaseKey());
                if (finished.contains(lease.leaseKey())) {
                    givenUp.add(lease.leaseKey());
                    coordinator.dropLease(lease);
                }
            }
        }
        finished = held;
    }
}
