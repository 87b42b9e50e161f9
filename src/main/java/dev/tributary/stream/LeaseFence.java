package dev.tributary.stream;

import dev.tributary.replication.Fence;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.leases.Lease;

/**
 * The fence of one shard lease: open while the last successful renewal is so recent that a write which starts now ends
 * before anybody else can take the lease.
 *
 * <p>Time is {@link System#nanoTime()}, as in KCL. The lease is looked up again at most every {@link #RECHECK}; in
 * between the answer costs one volatile read. Safe for any thread.
 */
final class LeaseFence implements Fence {

    private static final long RECHECK = Duration.ofMillis(50).toNanos();

    private final Supplier<@Nullable Lease> currentlyHeld;
    private final long leaseNanos;
    private final @Nullable UUID token;
    private volatile boolean closed;
    private volatile long openUntil;

    /**
     * @param currentlyHeld the lease as this worker holds it now; null if it does not
     * @param leaseDuration time without renewal after which another worker may take the lease
     * @param writeTimeout longest time from the start of a write to its end
     */
    LeaseFence(Supplier<@Nullable Lease> currentlyHeld, Duration leaseDuration, Duration writeTimeout) {
        this.currentlyHeld = currentlyHeld;
        this.leaseNanos = leaseDuration.minus(writeTimeout).toNanos();
        Lease lease = currentlyHeld.get();
        this.token = lease == null ? null : lease.concurrencyToken();
        this.openUntil = System.nanoTime();
    }

    @Override
    public boolean holds() {
        if (closed) {
            return false;
        }
        long now = System.nanoTime();
        return now - openUntil < 0 || recheck(now);
    }

    private boolean recheck(long now) {
        Lease lease = currentlyHeld.get();
        if (lease == null || !isHeld(lease)) {
            return false;
        }
        long expiry = lease.lastCounterIncrementNanos() + leaseNanos;
        openUntil = expiry - (now + RECHECK) < 0 ? expiry : now + RECHECK;
        return now - expiry < 0;
    }

    /** KCL renews no lease that it does not show as held. */
    @Override
    public boolean lost() {
        return closed || !isHeld(currentlyHeld.get());
    }

    private boolean isHeld(@Nullable Lease lease) {
        return lease != null && token != null && token.equals(lease.concurrencyToken());
    }

    /** The lease is lost; the fence never opens again. */
    void close() {
        closed = true;
    }
}
