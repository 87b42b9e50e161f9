package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.replication.Simulation.Verified;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Verifications concurrent with replication: items change, move and are removed, and workers crash, pause and hand their
 * shards over. Whatever is on its way is no difference.
 *
 * <p>To repeat one history: {@code mvn test -Dtest=VerifyRaceTest -Dtributary.seed=17}. For more histories: {@code
 * -Dtributary.histories=100000}.
 */
@Tag("slow")
class VerifyRaceTest {

    private static final int HISTORIES = Integer.getInteger("tributary.histories", 150);
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
    void aTableInMotionGivesNoFalseAlarm() {
        int proofs = 0;
        long waits = 0;
        for (long seed : seeds().toArray()) {
            Verified verified = Simulation.verified(seed, true);
            assertThat(verified.alarms())
                    .as("again with: mvn test -Dtest=VerifyRaceTest -Dtributary.seed=%d", seed)
                    .isEmpty();
            proofs += verified.proofs();
            waits += verified.waits();
        }
        assertThat(proofs).isGreaterThan(0);
        assertThat(waits).isGreaterThan(0);
    }

    @Test
    void withoutTheWaitForReplicationThereAreFalseAlarms() {
        assertThat(LongStream.rangeClosed(1, 50)
                        .filter(seed ->
                                !Simulation.verified(seed, false).alarms().isEmpty())
                        .count())
                .isGreaterThan(0);
    }

    private static LongStream seeds() {
        Long one = Long.getLong("tributary.seed");
        return one == null ? LongStream.rangeClosed(1, HISTORIES) : LongStream.of(one);
    }
}
