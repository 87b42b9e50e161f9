package dev.tributary.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.jobs.scan.ScanPosition;
import dev.tributary.jobs.verify.Proof.State;
import dev.tributary.jobs.verify.Proof.Walk;
import dev.tributary.jobs.verify.Verification.Phase;
import dev.tributary.jobs.verify.Verification.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProofTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final Proof none = Proof.none(NOON);

    private static Instant after(int hours) {
        return NOON.plus(Duration.ofHours(hours));
    }

    @Test
    void whatIsRecordedIsReadAgain() {
        Proof walking = none.ended(NOON, 0, 0)
                .with(new Walk(after(24), new Position(Phase.ITEMS, ScanPosition.start(2)), 3, 1));
        assertThat(Proof.of(walking.values(), after(99))).isEqualTo(walking);
        assertThat(Proof.of(none.values(), after(99))).isEqualTo(none);
        assertThat(Proof.of(Map.of(), NOON)).isEqualTo(none);
    }

    @Test
    void aProofHoldsForTwoIntervalsAndIsThenStale() {
        assertThat(none.state(NOON, DAY)).isEqualTo(State.STALE);
        Proof proven = none.ended(NOON, 0, 0);
        assertThat(proven.state(after(47), DAY)).isEqualTo(State.PROVEN);
        assertThat(proven.isOverdue(after(47), DAY)).isFalse();
        assertThat(proven.state(after(49), DAY)).isEqualTo(State.STALE);
        assertThat(proven.isOverdue(after(49), DAY)).isTrue();
    }

    @Test
    void aRouteThatWasNeverProvenIsOverdueOnlyWhenItCouldHaveBeen() {
        assertThat(none.isOverdue(after(47), DAY)).isFalse();
        assertThat(none.isOverdue(after(49), DAY)).isTrue();
    }

    @Test
    void faultsDifferUntilAVerificationFindsNone() {
        Proof differs = none.ended(NOON, 0, 0).ended(after(24), 2, 0);
        assertThat(differs.state(after(25), DAY)).isEqualTo(State.DIFFERS);
        assertThat(differs.provenAt()).contains(NOON);
        assertThat(differs.ended(after(48), 0, 0).state(after(49), DAY)).isEqualTo(State.PROVEN);
    }

    @Test
    void whatIsUndecidedProvesNothingAndIsNoFault() {
        Proof undecided = none.ended(NOON, 0, 5);
        assertThat(undecided.state(after(1), DAY)).isEqualTo(State.STALE);
        assertThat(undecided.undecided()).isEqualTo(5);
    }

    @Test
    void theNextVerificationIsDueAnIntervalAfterTheStartOfTheLast() {
        assertThat(none.isDue(NOON, DAY)).isTrue();
        Proof proven = none.ended(NOON, 0, 0);
        assertThat(proven.isDue(after(23), DAY)).isFalse();
        assertThat(proven.isDue(after(24), DAY)).isTrue();
        assertThat(proven.with(new Walk(after(24), Position.start(1), 0, 0)).isDue(after(24), DAY))
                .isTrue();
    }
}
