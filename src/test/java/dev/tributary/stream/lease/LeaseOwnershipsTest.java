package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.replication.ShardOwnership;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.exceptions.DependencyException;

/** KCL's calls for a lease and their effect on its ownership: a lease of 9, a call timeout of 3, a drain time of 2. */
class LeaseOwnershipsTest {

    private long now = 1_000;

    private final LeaseOwnerships ownerships = new LeaseOwnerships(
            new ShardOwnership.Timing(Duration.ofNanos(9), Duration.ofNanos(3), Duration.ofNanos(2)), () -> now);
    private final Lease lease = lease();

    private static Lease lease() {
        Lease lease = new Lease();
        lease.leaseKey("users/shard-1");
        lease.leaseOwner("one");
        lease.leaseCounter(1L);
        lease.concurrencyToken(UUID.randomUUID());
        return lease;
    }

    /** A renewal that takes the given time and succeeds. */
    private boolean renew(long takes) throws Exception {
        return ownerships.renew(lease, () -> {
            now += takes;
            lease.leaseCounter(lease.leaseCounter() + 1);
            return true;
        });
    }

    private ShardOwnership read() {
        return ownerships.read(lease, () -> {
            try {
                renew(0);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private boolean passes() throws Exception {
        return ownerships.pass(lease, () -> true);
    }

    /** KCL renews what it finds at its start one by one, before it gives the leases their tokens. */
    @Test
    void leasesThatAreFoundAtTheStartAreRenewedOnlyTogether() throws Exception {
        Lease found = new Lease();
        found.leaseKey(lease.leaseKey());
        assertThat(ownerships.renew(found, () -> {
                    throw new AssertionError("a call for one lease");
                }))
                .isTrue();
        assertThat(ownerships.read(lease, () -> {}).holds()).isFalse();
        assertThat(read().holds()).isTrue();
    }

    /** Time after the start of reading for which calls may start. */
    @Test
    void aLeaseThatWasJustFoundIsRenewedBeforeAnythingIsWritten() {
        ShardOwnership found = ownerships.read(lease, () -> {});
        assertThat(found.holds()).isFalse();
        assertThat(read().holds()).isTrue();
    }

    @Test
    void aSlowRenewalCountsFromItsStart() throws Exception {
        ShardOwnership ownership = read();
        now += 2;
        assertThat(renew(4)).isTrue();
        now += 1;
        assertThat(ownership.holds()).isTrue();
        now += 1;
        assertThat(ownership.holds()).isFalse();
    }

    /** KCL finds the counter incremented by a call whose answer was lost, and counts that as a renewal by the next call. */
    @Test
    void aRenewalAfterOneWhoseAnswerWasLostCountsFromTheStartOfThat() throws Exception {
        ShardOwnership ownership = read();
        now += 3;
        assertThatThrownBy(() -> ownerships.renew(lease, () -> {
                    throw new DependencyException(new IllegalStateException("no answer"));
                }))
                .isInstanceOf(DependencyException.class);
        now += 3;
        assertThat(renew(0)).isTrue();
        now += 2;
        assertThat(ownership.holds()).isTrue();
        now += 1;
        assertThat(ownership.holds()).isFalse();
        assertThat(renew(0)).isTrue();
        assertThat(ownership.holds()).isTrue();
    }

    /** It succeeds although the lease is to be handed over. */
    @Test
    void aCheckpointIsNoRenewal() throws Exception {
        ShardOwnership ownership = read();
        now += 6;
        assertThat(ownerships.update(lease, () -> true)).isTrue();
        assertThat(ownership.holds()).isFalse();
    }

    @Test
    void aRenewalThatIsRefusedEndsTheOwnership() throws Exception {
        ShardOwnership ownership = read();
        assertThat(ownerships.renew(lease, () -> false)).isFalse();
        assertThat(ownership.lost()).isTrue();
    }

    @Test
    void aCheckpointThatIsRefusedEndsTheOwnership() throws Exception {
        ShardOwnership ownership = read();
        assertThat(ownerships.update(lease, () -> false)).isFalse();
        assertThat(ownership.lost()).isTrue();
    }

    @Test
    void aLeaseThatCouldHaveBeenTakenIsNotRenewedAnyMore() throws Exception {
        read();
        now += 9;
        assertThat(renew(0)).isFalse();
    }

    /** It would be renewed for ever, and its processor, which knows that it is lost, would read nothing. */
    @Test
    void anExpiredLeaseStaysLostWhenAnotherShardBeginsToBeRead() throws Exception {
        ShardOwnership ownership = read();
        now += 9;
        ownerships.read(lease(), () -> {});
        assertThat(renew(0)).isFalse();
        assertThat(ownership.lost()).isTrue();
    }

    /** KCL takes the lease again then, and its shard is read from the checkpoint. */
    @Test
    void aLeaseWhoseRenewalIsAnsweredAfterItHasExpiredIsGivenUp() throws Exception {
        ShardOwnership ownership = read();
        now += 8;
        assertThat(renew(1)).isFalse();
        assertThat(ownership.lost()).isTrue();
        assertThat(ownership.holds()).isFalse();
    }

    @Test
    void aRenewalThatRevealsAHandOverBeginsToDrain() throws Exception {
        ShardOwnership ownership = read();
        now += 2;
        lease.checkpointOwner("one");
        lease.leaseOwner("two");
        assertThat(renew(1)).isTrue();
        assertThat(ownership.draining()).isTrue();
        assertThat(ownership.holds()).isTrue();
        now += 1;
        assertThat(ownership.holds()).as("two after the renewal began").isFalse();
    }

    @Test
    void aLeaseIsNotHandedOverWhileCallsAreInFlightThatHaveNotTimedOut() throws Exception {
        ShardOwnership ownership = read();
        assertThat(passes()).isFalse();
        assertThat(ownership.begin()).isTrue();
        ownership.seal();
        assertThat(passes()).isFalse();
        ownership.end();
        assertThat(passes()).isTrue();
    }

    @Test
    void aLeaseWhoseShardIsNotReadIsHandedOver() throws Exception {
        renew(0);
        assertThat(passes()).isTrue();
    }

    @Test
    void aLeaseThatWasLostAndTakenAgainHasANewOwnership() throws Exception {
        ShardOwnership before = read();
        ownerships.renew(lease, () -> false);
        lease.concurrencyToken(UUID.randomUUID());
        ShardOwnership after = read();
        assertThat(after.holds()).isTrue();
        assertThat(before.holds()).isFalse();
        assertThat(ownerships.shards("users")).containsExactly("shard-1");
    }

    /** Otherwise no worker reads the shard, and none can take it. */
    @Test
    void aLeaseThatIsNotHandedOverInTimeIsGivenUp() throws Exception {
        read();
        lease.checkpointOwner("one");
        lease.leaseOwner("two");
        assertThat(renew(0)).isTrue();
        for (int step = 0; step < 2 + 3 + 9 + 9 - 1; step++) {
            now += 1;
            assertThat(renew(0)).isTrue();
        }
        now += 1;
        assertThat(renew(0)).isFalse();
    }

    /** KCL renews the leases of finished shards while it keeps them. */
    @Test
    void theLeaseOfAFinishedShardIsRenewedAsBefore() throws Exception {
        ShardOwnership ownership = read();
        ownership.finish();
        ownership.lose();
        now += 100;
        assertThat(renew(0)).isTrue();
        assertThat(ownership.holds()).isFalse();
        assertThat(passes()).isTrue();
    }
}
