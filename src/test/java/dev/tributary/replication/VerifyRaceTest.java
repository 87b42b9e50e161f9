package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.Simulation.Verified;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Verifications concurrent with replication: items change, move and are removed, and workers crash, pause and hand their
 * shards over. Whatever is on its way is no difference.
 */
@Tag("slow")
class VerifyRaceTest {

    @RegisterExtension
    static final Histories histories = new Histories(150);

    @Test
    void aTableInMotionGivesNoFalseAlarm() {
        int proofs = 0;
        long waits = 0;
        for (long seed : histories.seeds().toArray()) {
            Verified verified = Simulation.verified(seed, true);
            assertThat(verified.alarms()).as(histories.again(seed)).isEmpty();
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
}
