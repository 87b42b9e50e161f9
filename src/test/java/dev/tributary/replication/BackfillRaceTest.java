package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.replication.Simulation.Conditions;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Backfills concurrent with replication: items from before the stream are brought to the targets while others, and they
 * themselves, change, move and are removed, and runs and workers are killed. When the source rests, the targets equal its
 * projection.
 *
 * <p>To repeat one history: {@code mvn test -Dtest=BackfillRaceTest -Dtributary.seed=17}. For more histories: {@code
 * -Dtributary.histories=100000}.
 */
@Tag("slow")
class BackfillRaceTest {

    private static final int HISTORIES = Integer.getInteger("tributary.histories", 200);
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
    void targetsConvergeWhileTheirItemsAreBackfilled() {
        seeds().forEach(seed -> holds(seed, Conditions.PROMISED.backfilling()));
    }

    @Test
    void withTombstonesTargetsConvergeToo() {
        seeds().limit(HISTORIES / 2)
                .forEach(
                        seed -> holds(seed, Conditions.PROMISED.withTombstones().backfilling()));
    }

    private static void holds(long seed, Conditions conditions) {
        assertThat(Simulation.run(seed, conditions))
                .as("%s; again with: mvn test -Dtest=BackfillRaceTest -Dtributary.seed=%d", conditions, seed)
                .isEmpty();
    }

    private static LongStream seeds() {
        Long one = Long.getLong("tributary.seed");
        return one == null ? LongStream.rangeClosed(1, HISTORIES) : LongStream.of(one);
    }
}
