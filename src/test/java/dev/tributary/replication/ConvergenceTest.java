package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.Simulation.Conditions;
import dev.tributary.replication.SourceHistory.Shape;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * When the source rests, the targets equal its projection, after any history of faults.
 */
@Tag("slow")
@Tag("model")
class ConvergenceTest {

    @RegisterExtension
    static final Histories histories = new Histories(600);

    @Test
    void targetsConvergeDespiteFaultsOfWorkersLeasesAndNetwork() {
        histories.converge(Conditions.PROMISED);
    }

    /** Except for parked items, each of which would have taken the row of another. */
    @Test
    void targetsConvergeWhereCollisionsAreRejected() {
        histories.converge(2, Conditions.PROMISED.rejecting());
    }

    /** The guard suffices without the fence, because the rows it compares with stay. */
    @Test
    void withoutMovesAndRemovalsTheGuardAloneConvergesHoweverLateAZombieWrites() {
        histories.converge(4, new Conditions(Shape.IN_PLACE, false, 60_000));
    }

    @Test
    void withoutTheFenceAZombieRestoresRowsThatItsSuccessorRemoved() {
        leavesARowTooMany(new Conditions(Shape.ANYTHING, false, 0).withoutRepetitions());
    }

    @Test
    void withTombstonesTargetsConvergeToo() {
        histories.converge(2, Conditions.PROMISED.withTombstones());
    }

    /** The purpose of tombstones. It does not hold where items collide: a tombstone yields to other items. */
    @Test
    void withTombstonesNoRowReturnsUnderAUniqueKeyHoweverLateAWriteArrives() {
        nothingComesBack(2, new Conditions(Shape.ANYTHING, true, 10_000).withTombstones());
    }

    @Test
    void withTombstonesNoRowReturnsUnderAUniqueKeyEvenWithoutTheFence() {
        nothingComesBack(4, new Conditions(Shape.ANYTHING, false, 60_000).withTombstones());
    }

    private static void nothingComesBack(int divisor, Conditions late) {
        assertThat(histories
                        .seeds(divisor)
                        .boxed()
                        .flatMap(seed -> Simulation.run(seed, late).stream())
                        .filter(violation -> violation.startsWith(Simulation.INJECTIVE + ":")))
                .isEmpty();
    }

    /** The fence cannot prevent a write that was sent in time and arrives after its sender gave it up. */
    @Test
    void withoutRepetitionsAWriteThatArrivesAfterItWasGivenUpRestoresARow() {
        leavesARowTooMany(Conditions.PROMISED.withoutRepetitions());
    }

    /** Some history violates the expectation; under the promised conditions, the same history does not. */
    private static void leavesARowTooMany(Conditions conditions) {
        OptionalLong found = LongStream.rangeClosed(1, histories.count())
                .filter(seed ->
                        Simulation.run(seed, conditions).stream().anyMatch(text -> text.endsWith("must be no row")))
                .findFirst();
        assertThat(found).as("a history that leaves a row too many").isPresent();
        histories.converges(found.getAsLong(), Conditions.PROMISED);
    }

    @Test
    void aSeedDecidesEverything() {
        Conditions loose = Conditions.PROMISED.withoutRepetitions();
        assertThat(runs(loose)).isEqualTo(runs(loose)).anyMatch(violations -> !violations.isEmpty());
    }

    /** Otherwise these tests would not cover batches. */
    @Test
    void manyWritesOfAHistoryGoInBatches() {
        assertThat(LongStream.rangeClosed(1, 50)
                        .map(Simulation::batched)
                        .average()
                        .orElseThrow())
                .isGreaterThan(20);
    }

    private static List<List<String>> runs(Conditions conditions) {
        return LongStream.rangeClosed(1, 50)
                .mapToObj(seed -> Simulation.run(seed, conditions))
                .toList();
    }
}
