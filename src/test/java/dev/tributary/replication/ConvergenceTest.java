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
 * When the source rests, the targets are its projection, whatever happened on the way.
 *
 * <p>One history again: {@code mvn test -Dtest=ConvergenceTest -Dtributary.seed=17}. More of them: {@code
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
    void targetsConvergeWhateverHappensToWorkersLeasesAndNetwork() {
        seeds().forEach(seed -> holds(seed, Conditions.PROMISED));
    }

    /** But for the items that are parked, each because it would have taken the row of another. */
    @Test
    void targetsConvergeWhereCollisionsAreRejected() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.PROMISED.rejecting()));
    }

    /** The guard needs no fence for this: a row that stays can be compared with. */
    @Test
    void withoutMovesAndRemovalsTheGuardAloneConvergesHoweverLateAZombieWrites() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, new Conditions(Shape.IN_PLACE, false, 60_000)));
    }

    @Test
    void withoutTheFenceAZombieBringsBackWhatItsSuccessorRemoved() {
        leavesARowTooMany(new Conditions(Shape.ANYTHING, false, 0).withoutRepetitions());
    }

    @Test
    void withTombstonesTargetsConvergeToo() {
        seeds().limit(HISTORIES / 2).forEach(seed -> holds(seed, Conditions.PROMISED.withTombstones()));
    }

    /** This is what they are for. Where items collide it does not hold: a tombstone gives way to other items. */
    @Test
    void withTombstonesNothingComesBackUnderAKeyOfItsOwnHoweverLateAWriteArrives() {
        nothingComesBack(new Conditions(Shape.ANYTHING, true, 10_000).withTombstones());
    }

    @Test
    void withTombstonesNothingComesBackUnderAKeyOfItsOwnEvenWithoutTheFence() {
        nothingComesBack(new Conditions(Shape.ANYTHING, false, 60_000).withTombstones());
    }

    private static void nothingComesBack(Conditions late) {
        assertThat(seeds().limit(HISTORIES / 2)
                        .boxed()
                        .flatMap(seed -> Simulation.run(seed, late).stream())
                        .filter(violation -> violation.startsWith(Simulation.INJECTIVE + ":")))
                .isEmpty();
    }

    /** What the fence cannot know: a write that was sent in time and arrives after everybody stopped waiting for it. */
    @Test
    void withoutRepetitionsAWriteThatArrivesAfterItWasGivenUpBringsARowBack() {
        leavesARowTooMany(Conditions.PROMISED.withoutRepetitions());
    }

    /** Some history does; with the conditions that are promised, the same one leaves none. */
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

    /** Or all of this would say nothing about batches. */
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
