package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.replication.Simulation.Conditions;
import dev.tributary.replication.SourceHistory.Shape;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * When the source rests, the targets equal its projection, after any history of faults.
 *
 * <p>To repeat one history: {@code mvn test -Dtest=ConvergenceTest -Dtributary.seed=17}. For more histories: {@code
 * -Dtributary.histories=100000}.
 */
@Tag("slow")
class ConvergenceTest {

    private static final int HISTORIES = Integer.getInteger("tributary.histories", 600);
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
    void targetsConvergeDespiteFaultsOfWorkersLeasesAndNetwork() {
        seeds().forEach(seed -> holds(seed, Conditions.PROMISED));
    }

    /** Except for parked items, each of which would have taken the row of another. */
    @Test
    void targetsConvergeWhereCollisionsAreRejected() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.PROMISED.rejecting()));
    }

    /** The guard suffices without the fence, because the rows it compares with stay. */
    @Test
    void withoutMovesAndRemovalsTheGuardAloneConvergesHoweverLateAZombieWrites() {
        seeds().limit(HISTORIES / 4).forEach(seed -> holds(seed, new Conditions(Shape.IN_PLACE, false, 60_000)));
    }

    @Test
    void withoutTheFenceAZombieRestoresRowsThatItsSuccessorRemoved() {
        leavesARowTooMany(new Conditions(Shape.ANYTHING, false, 0).withoutRepetitions());
    }

    @Test
    void withTombstonesTargetsConvergeToo() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.PROMISED.withTombstones()));
    }

    /** The purpose of tombstones. It does not hold where items collide: a tombstone yields to other items. */
    @Test
    void withTombstonesNoRowReturnsUnderAUniqueKeyHoweverLateAWriteArrives() {
        nothingComesBack(HISTORIES / 2, new Conditions(Shape.ANYTHING, true, 10_000).withTombstones());
    }

    @Test
    void withTombstonesNoRowReturnsUnderAUniqueKeyEvenWithoutTheFence() {
        nothingComesBack(HISTORIES / 4, new Conditions(Shape.ANYTHING, false, 60_000).withTombstones());
    }

    private static void nothingComesBack(int histories, Conditions late) {
        assertThat(seeds().limit(histories)
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
        OptionalLong found = LongStream.rangeClosed(1, HISTORIES)
                .filter(seed ->
                        Simulation.run(seed, conditions).stream().anyMatch(text -> text.endsWith("must be no row")))
                .findFirst();
        assertThat(found).as("a history that leaves a row too many").isPresent();
        holds(found.getAsLong(), Conditions.PROMISED);
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

    private static LongStream seeds() {
        Long one = Long.getLong("tributary.seed");
        return one == null ? LongStream.rangeClosed(1, HISTORIES) : LongStream.of(one);
    }

    private static void holds(long seed, Conditions conditions) {
        List<String> violations = Simulation.run(seed, conditions);
        assertThat(violations)
                .as("%s; again with: mvn test -Dtest=ConvergenceTest -Dtributary.seed=%d", conditions, seed)
                .isEmpty();
    }
}
