package dev.tributary.ordering;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every interleaving of few operations: all of them look as if they had happened one after the other. */
@Tag("slow")
public class CheckpointTrackerRaceTest {

    private final CheckpointTracker<Integer> tracker = new CheckpointTracker<>();
    private final CheckpointTracker<Integer>.Entry first = tracker.open(1, 2, () -> {});
    private final CheckpointTracker<Integer>.Entry second = tracker.open(2, 1, () -> {});
    private final CheckpointTracker<Integer>.Entry third = tracker.open(3, 1, () -> {});

    /** One of the two routes ends. */
    @Operation
    public void completeAPartOfTheFirst() {
        first.complete();
    }

    @Operation
    public void completeTheSecond() {
        second.complete();
    }

    @Operation
    public void completeTheThird() {
        third.complete();
    }

    @Operation(nonParallelGroup = "stream", runOnce = true)
    public void openOneThatIsComplete() {
        tracker.open(4, 0, () -> {});
    }

    @Operation
    public Integer passed() {
        return tracker.passed();
    }

    @Operation
    public int size() {
        return tracker.size();
    }

    @Test
    void completionsThatRaceNeverPassAnOpenPositionNorLoseAPassedOne() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(2)
                .iterations(10)
                .invocationsPerIteration(200)
                .sequentialSpecification(LongestCompletePrefix.class)
                .check(CheckpointTrackerRaceTest.class);
    }

    /** The sequential model of the tracker. */
    public static final class LongestCompletePrefix {

        private final List<Integer> left = new ArrayList<>(List.of(2, 1, 1));

        public void completeAPartOfTheFirst() {
            complete(0);
        }

        public void completeTheSecond() {
            complete(1);
        }

        public void completeTheThird() {
            complete(2);
        }

        public void openOneThatIsComplete() {
            left.add(0);
        }

        public Integer passed() {
            int passed = left.size() - size();
            return passed == 0 ? null : passed;
        }

        public int size() {
            int prefix = 0;
            while (prefix < left.size() && left.get(prefix) == 0) {
                prefix++;
            }
            return left.size() - prefix;
        }

        private void complete(int index) {
            if (left.get(index) == 0) {
                throw new IllegalStateException();
            }
            left.set(index, left.get(index) - 1);
        }
    }
}
