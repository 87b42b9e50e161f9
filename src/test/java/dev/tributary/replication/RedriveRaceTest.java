package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.replication.Simulation.Conditions;
import dev.tributary.replication.SourceHistory.Shape;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Redrives concurrent with a pipeline that parks, replays and writes: when the source rests and everything was redriven, the
 * targets equal its projection, and nothing is parked.
 *
 * <p>To repeat one history: {@code mvn test -Dtest=RedriveRaceTest -Dtributary.seed=17}. For more histories: {@code
 * -Dtributary.histories=100000}.
 */
@Tag("slow")
class RedriveRaceTest {

    private static final int HISTORIES = Integer.getInteger("tributary.histories", 300);
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.tributary");
    private static Level level;

    @BeforeAll
    static void failuresAreNoNews() {
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void restoreLevel() {
        LOG.setLevel(level);
    }

    @Test
    void targetsConvergeThroughParkingAndRedrives() {
        seeds().forEach(seed -> holds(seed, Conditions.REDRIVEN));
    }

    @Test
    void withTombstonesTargetsConvergeThroughParkingAndRedrivesToo() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.REDRIVEN.withTombstones()));
    }

    /** If the index is too small, every change queries the table. */
    @Test
    void moreParkedItemsThanFitInMemoryConvergeToo() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.REDRIVEN.cramped()));
    }

    /** Items that would take each other's rows stay parked until each has a unique key. */
    @Test
    void rejectedCollisionsConvergeOnceItemsHaveUniqueKeys() {
        Conditions rejecting = new Conditions(Shape.PARTING, true, Simulation.LATENESS).rejecting();
        seeds().forEach(seed -> holds(seed, seed % 4 == 0 ? rejecting.withTombstones() : rejecting));
    }

    /** Takes several unlikely events in one history. */
    @Test
    void withoutTheLockARedriveRestoresRowsThatAnotherRemoved() {
        assertThat(LongStream.rangeClosed(1, 8L * HISTORIES).anyMatch(seed -> !Simulation.run(
                                seed, new Conditions(Shape.REFUSED, true, 0, false).withoutRepetitions())
                        .isEmpty()))
                .isTrue();
    }

    private static void holds(long seed, Conditions conditions) {
        assertThat(Simulation.run(seed, conditions))
                .as("%s; again with: mvn test -Dtest=RedriveRaceTest -Dtributary.seed=%d", conditions, seed)
                .isEmpty();
    }

    private static LongStream seeds() {
        Long one = Long.getLong("tributary.seed");
        return one == null ? LongStream.rangeClosed(1, HISTORIES) : LongStream.of(one);
    }
}
