package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.replication.ShardOwnership.State;
import dev.tributary.replication.ShardOwnership.Timing;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A lease of 9, a call timeout of 3 and a drain time of 2. */
class ShardOwnershipTest {

    private long now = 1_000;

    private final ShardOwnership ownership =
            new ShardOwnership(new Timing(Duration.ofNanos(9), Duration.ofNanos(3), Duration.ofNanos(2)), () -> now);

    private void renewNow() {
        ownership.renewed(now);
    }

    @Test
    void permitsNothingBeforeTheFirstRenewal() {
        assertThat(ownership.holds()).isFalse();
        assertThat(ownership.begin()).isFalse();
        assertThat(ownership.lost()).isFalse();
        assertThat(ownership.state()).isEqualTo(State.LATE);
        renewNow();
        assertThat(ownership.holds()).isTrue();
        assertThat(ownership.state()).isEqualTo(State.HELD);
    }

    @Test
    void permitsACallOnlyIfItEndsBeforeTheLeaseCanBeTaken() {
        renewNow();
        now += 5;
        assertThat(ownership.holds()).isTrue();
        now += 1;
        assertThat(ownership.holds()).isFalse();
        assertThat(ownership.state()).isEqualTo(State.LATE);
        assertThat(ownership.quiet()).as("a renewal may still come").isFalse();
    }

    @Test
    void aRenewalIsOverdueOnceNoCallMayStartUntilTheLeaseIsGivenUp() {
        assertThat(ownership.overdue()).as("the first has just begun").isFalse();
        renewNow();
        now += 5;
        assertThat(ownership.overdue()).isFalse();
        now += 1;
        assertThat(ownership.overdue()).isTrue();
        assertThat(ownership.sinceRenewal()).isEqualTo(Duration.ofNanos(6));
        now += 100;
        assertThat(ownership.overdue()).as("when the lease has expired").isTrue();
        ownership.lose();
        assertThat(ownership.overdue()).as("when it is lost").isFalse();
    }

    @Test
    void aRenewalIsNotOverdueWhileTheLeaseIsToBeHandedOver() {
        renewNow();
        ownership.drain(now);
        now += 100;
        assertThat(ownership.overdue()).isFalse();
    }

    @Test
    void countsARenewalFromItsStart() {
        renewNow();
        now += 5;
        ownership.renewed(now - 4);
        now += 1;
        assertThat(ownership.holds()).isTrue();
        now += 1;
        assertThat(ownership.holds()).isFalse();
    }

    @Test
    void anEarlierRenewalReportedLaterChangesNothing() {
        renewNow();
        ownership.renewed(now - 4);
        now += 5;
        assertThat(ownership.holds()).isTrue();
    }

    @Test
    void opensAgainWithALateRenewal() {
        renewNow();
        now += 8;
        renewNow();
        assertThat(ownership.holds()).isTrue();
        assertThat(ownership.state()).isEqualTo(State.HELD);
    }

    @Test
    void isGoneFinallyWhenALeaseDurationHasPassedSinceTheLastRenewal() {
        renewNow();
        now += 9;
        assertThat(ownership.lost()).isTrue();
        assertThat(ownership.renewable()).as("so it cannot be renewed").isFalse();
        assertThat(ownership.state()).isEqualTo(State.GONE);
        assertThat(ownership.quiet()).isTrue();
    }

    /** Whoever saw the lease expire left changes to its next owner, which must not be this one. */
    @Test
    void staysGoneIfARenewalThatBeganInTimeIsAnsweredAfterTheLeaseHasExpired() {
        renewNow();
        now += 8;
        long start = now;
        now += 1;
        assertThat(ownership.lost()).isTrue();
        assertThat(ownership.renewed(start)).isFalse();
        assertThat(ownership.lost()).isTrue();
        assertThat(ownership.holds()).isFalse();
        assertThat(ownership.renewable()).isFalse();
    }

    @Test
    void isGoneAlthoughNobodySawItExpireBeforeTheRenewalWasAnswered() {
        renewNow();
        now += 8;
        long start = now;
        now += 1;
        assertThat(ownership.renewed(start)).isFalse();
        assertThat(ownership.lost()).isTrue();
    }

    @Test
    void takesNothingOnceItDrainsAndWritesWhatItTookForTheDrainTimeOnly() {
        renewNow();
        ownership.drain(now);
        assertThat(ownership.draining()).isTrue();
        assertThat(ownership.holds()).isTrue();
        assertThat(ownership.lost()).isFalse();
        assertThat(ownership.state()).isEqualTo(State.DRAINING);
        now += 2;
        renewNow();
        assertThat(ownership.holds()).as("whatever renewals come").isFalse();
        assertThat(ownership.lost()).isTrue();
    }

    @Test
    void drainsFromTheStartOfTheRenewalThatRevealedItAndNoLaterSignalExtendsThat() {
        renewNow();
        ownership.drain(now - 1);
        ownership.drain(now);
        now += 1;
        assertThat(ownership.holds()).isFalse();
    }

    @Test
    void isQuietWhenNoCallIsInFlightOrAllHaveTimedOut() {
        renewNow();
        assertThat(ownership.begin()).isTrue();
        assertThat(ownership.begin()).isTrue();
        ownership.drain(now);
        assertThat(ownership.quiet()).isFalse();
        now += 2;
        assertThat(ownership.quiet()).isFalse();
        ownership.end();
        assertThat(ownership.quiet()).isFalse();
        now += 2;
        assertThat(ownership.quiet()).isFalse();
        now += 1;
        assertThat(ownership.quiet()).as("three after the last could start").isTrue();
        assertThat(ownership.state()).isEqualTo(State.QUIET);
    }

    @Test
    void isQuietAtOnceWhenItIsSealedWithNothingInFlight() {
        renewNow();
        assertThat(ownership.begin()).isTrue();
        ownership.end();
        assertThat(ownership.quiet()).as("held").isFalse();
        ownership.drain(now);
        assertThat(ownership.quiet()).as("a call may still start").isFalse();
        ownership.seal();
        assertThat(ownership.quiet()).isTrue();
        assertThat(ownership.begin()).isFalse();
    }

    @Test
    void aLostLeaseIsNotQuietBeforeItsCallsHaveTimedOut() {
        renewNow();
        assertThat(ownership.begin()).isTrue();
        now += 1;
        ownership.lose();
        assertThat(ownership.state()).isEqualTo(State.GONE);
        assertThat(ownership.holds()).isFalse();
        now += 2;
        assertThat(ownership.quiet()).isFalse();
        now += 1;
        assertThat(ownership.quiet()).isTrue();
    }

    @Test
    void isRenewedWhileItWaitsToBeHandedOverButNotForEver() {
        renewNow();
        ownership.drain(now);
        for (int step = 0; step < 2 + 3 + 9 + 9 - 1; step++) {
            now += 1;
            assertThat(ownership.renewable()).isTrue();
            renewNow();
        }
        now += 1;
        assertThat(ownership.renewable()).isFalse();
    }

    @Test
    void aCallThatCouldOutliveTheLeaseIsRefused() {
        assertThatThrownBy(() -> new Timing(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(1)))
                .hasMessageContaining("must be less than the lease duration");
    }
}
