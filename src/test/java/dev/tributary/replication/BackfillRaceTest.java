package dev.tributary.replication;

import dev.tributary.replication.Simulation.Conditions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Backfills concurrent with replication: items from before the stream are brought to the targets while others, and they
 * themselves, change, move and are removed, and runs and workers are killed. When the source rests, the targets equal its
 * projection.
 */
@Tag("slow")
@Tag("model")
class BackfillRaceTest {

    @RegisterExtension
    static final Histories histories = new Histories(200);

    @Test
    void targetsConvergeWhileTheirItemsAreBackfilled() {
        histories.converge(Conditions.PROMISED.backfilling());
    }

    @Test
    void withTombstonesTargetsConvergeToo() {
        histories.converge(2, Conditions.PROMISED.withTombstones().backfilling());
    }

    @Test
    void rowsThatOtherWritersHaveChangedAreRepairedMeanwhile() {
        histories.converge(Conditions.PROMISED.repairing());
    }

    /** Other writers also make tombstones of rows. */
    @Test
    void rowsAreRepairedOverTombstonesToo() {
        histories.converge(Conditions.PROMISED.withTombstones().repairing());
    }

    /** Where workers have lost calls of their own, they repeat all removals, and so remove what a backfill leaves too. */
    @Test
    void whatABackfillLeavesIsRemovedWithoutTheRepetitionsOfWorkers() {
        histories.converge(Conditions.PROMISED.backfillingAlone());
    }
}
