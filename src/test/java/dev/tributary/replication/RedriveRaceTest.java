package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.Simulation.Conditions;
import dev.tributary.replication.SourceHistory.Shape;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Redrives concurrent with a pipeline that parks, replays and writes: when the source rests and everything was redriven, the
 * targets equal its projection, and nothing is parked.
 */
@Tag("slow")
@Tag("model")
class RedriveRaceTest {

    @RegisterExtension
    static final Histories histories = new Histories(300);

    @Test
    void targetsConvergeThroughParkingAndRedrives() {
        histories.converge(Conditions.REDRIVEN);
    }

    @Test
    void withTombstonesTargetsConvergeThroughParkingAndRedrivesToo() {
        histories.converge(2, Conditions.REDRIVEN.withTombstones());
    }

    /** If the index is too small, every change queries the table. */
    @Test
    void moreParkedItemsThanFitInMemoryConvergeToo() {
        histories.converge(2, Conditions.REDRIVEN.cramped());
    }

    /** Items that would take each other's rows stay parked until each has a unique key. */
    @Test
    void rejectedCollisionsConvergeOnceItemsHaveUniqueKeys() {
        Conditions rejecting = new Conditions(Shape.PARTING, true, Simulation.LATENESS).rejecting();
        histories
                .seeds()
                .forEach(seed -> histories.converges(seed, seed % 4 == 0 ? rejecting.withTombstones() : rejecting));
    }

    /** Takes several unlikely events in one history. */
    @Test
    void withoutTheLockARedriveRestoresRowsThatAnotherRemoved() {
        assertThat(LongStream.rangeClosed(1, 8L * histories.count()).anyMatch(seed -> !Simulation.run(
                                seed, new Conditions(Shape.REFUSED, true, 0, false).withoutRepetitions())
                        .isEmpty()))
                .isTrue();
    }
}
