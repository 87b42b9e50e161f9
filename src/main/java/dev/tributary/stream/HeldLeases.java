package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseKey;
import dev.tributary.telemetry.LogFields;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/** The leases that this worker holds, and the sources of their shards. Safe for any thread. */
final class HeldLeases {

    private static final Logger log = LoggerFactory.getLogger(HeldLeases.class);

    private final Map<String, ReadSource> sources;
    private final Supplier<LeaseCoordinator> coordinator;

    /**
     * @param sources that are read here, by name
     */
    HeldLeases(Map<String, ReadSource> sources, Supplier<LeaseCoordinator> coordinator) {
        this.sources = sources;
        this.coordinator = coordinator;
    }

    /**
     * The source of a lease. If it is not read here any more, the lease is given up.
     *
     * @throws IllegalStateException if it is not read here; KCL tries again, or finds that the lease is no longer held
     */
    ReadSource source(String leaseKey) {
        return LeaseKey.parse(leaseKey).map(key -> sources.get(key.source())).orElseThrow(() -> {
            find(leaseKey).ifPresent(coordinator.get()::dropLease);
            return new IllegalStateException("The source of the lease " + leaseKey + " is not read here any more");
        });
    }

    /**
     * The source of a lease; empty if the lease is not held since this acquisition.
     *
     * @param acquisition KCL's token
     * @throws IllegalStateException if the source is not read here
     */
    Optional<ReadSource> source(String leaseKey, String acquisition) {
        if (find(leaseKey, acquisition).isEmpty()) {
            log.info("shard {}: the lease was lost before the shard was read", LogFields.shard(leaseKey));
            return Optional.empty();
        }
        return Optional.of(source(leaseKey));
    }

    /** Gives a lease up; no effect if it is not held since this acquisition. */
    void giveUp(String leaseKey, String acquisition) {
        find(leaseKey, acquisition).ifPresent(coordinator.get()::dropLease);
    }

    private Optional<Lease> find(String leaseKey, String acquisition) {
        return find(leaseKey)
                .filter(lease -> acquisition.equals(lease.concurrencyToken().toString()));
    }

    /** A lease as it is now; empty if it is not held. */
    Optional<Lease> find(String leaseKey) {
        return Optional.ofNullable(coordinator.get().getCurrentlyHeldLease(leaseKey));
    }
}
