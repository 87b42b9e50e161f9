package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.Lease;

class LeaseFenceTest {

    private static final Duration LEASE = Duration.ofHours(3);
    private static final Duration WRITE = Duration.ofHours(1);

    private final UUID token = UUID.randomUUID();
    private final AtomicReference<Lease> held = new AtomicReference<>(renewed(token, Duration.ZERO));
    private final LeaseFence fence = new LeaseFence(held::get, LEASE, WRITE);

    @Test
    void holdsAfterARenewal() {
        assertThat(fence.holds()).isTrue();
        assertThat(fence.lost()).isFalse();
    }

    @Test
    void isShutButNotLostWhileALateRenewalMayStillCome() {
        held.set(renewed(token, LEASE.minus(WRITE)));
        LeaseFence late = new LeaseFence(held::get, LEASE, WRITE);
        assertThat(late.holds()).isFalse();
        assertThat(late.lost()).isFalse();
        held.set(renewed(token, Duration.ZERO));
        assertThat(late.holds()).isTrue();
    }

    @Test
    void isLostWithTheLease() {
        held.set(null);
        assertThat(fence.lost()).isTrue();
        assertThat(fence.holds()).isFalse();
    }

    @Test
    void isLostWhenTheLeaseWasLostAndTakenAgain() {
        held.set(renewed(UUID.randomUUID(), Duration.ZERO));
        assertThat(fence.lost()).isTrue();
        assertThat(fence.holds()).isFalse();
    }

    @Test
    void isLostOnceClosed() {
        fence.close();
        assertThat(fence.lost()).isTrue();
        assertThat(fence.holds()).isFalse();
    }

    private static Lease renewed(UUID token, Duration ago) {
        Lease lease = new Lease();
        lease.concurrencyToken(token);
        lease.lastCounterIncrementNanos(System.nanoTime() - ago.toNanos());
        return lease;
    }
}
