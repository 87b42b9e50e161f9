package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.projection.Projected;
import dev.tributary.replication.PendingWrite.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class PendingWriteTest {

    private static final Projected NOTHING = new Projected.Nothing();

    private final CheckpointTracker<ChangePosition> tracker = new CheckpointTracker<>();

    @Test
    void changesThatAllAskForSomethingAreOneWrite() {
        assertThat(PendingWrite.of(steps(upsert(1, "Oakland"), move(2, "Oakland", "Berkeley"))))
                .singleElement()
                .satisfies(pending -> {
                    assertThat(pending.steps()).hasSize(2);
                    assertThat(pending.write().orElseThrow().vacated()).containsExactly(key("Oakland"));
                });
    }

    /** As where the route ignores removals: one by one, the row that was left is not touched any more. */
    @Test
    void whatComesAfterAChangeThatAsksForNothingIsNotMergedWithWhatWasBefore() {
        List<PendingWrite> pending = PendingWrite.of(
                steps(upsert(1, "Oakland"), upsert(2, "Oakland"), NOTHING, NOTHING, upsert(5, "Berkeley")));
        assertThat(pending).extracting(one -> one.steps().size()).containsExactly(2, 2, 1);
        assertThat(pending.get(1).write()).isEmpty();
        assertThat(pending.get(2).write().orElseThrow().vacated()).isEmpty();
    }

    /** It took nine seconds when each of them was merged with all before it. */
    @Test
    void manyMovesOfAnItemAreMergedInOnePass() {
        Projected[] moves = IntStream.range(1, 20_000)
                .mapToObj(n -> move(n, "city" + n, "city" + (n + 1)))
                .toArray(Projected[]::new);
        TargetWrite write = PendingWrite.of(steps(moves)).get(0).write().orElseThrow();
        assertThat(write.vacated()).hasSize(moves.length).startsWith(key("city1"), key("city2"));
        assertThat(write.arriving()).map(Row::key).contains(key("city20000"));
    }

    private List<Step> steps(Projected... projected) {
        return IntStream.range(0, projected.length)
                .mapToObj(n -> new Step(
                        new Change.Remove(mark(n + 1), key("any")),
                        projected[n],
                        tracker.open(new ChangePosition(Integer.toString(n + 1), Instant.EPOCH, 0), 1)))
                .toList();
    }

    private static Projected upsert(int version, String city) {
        return new Projected.Write(new TargetWrite.Upsert(mark(version), row(city)));
    }

    private static Projected move(int version, String from, String to) {
        return new Projected.Write(new TargetWrite.Move(mark(version), Set.of(key(from)), row(to)));
    }

    private static Row row(String city) {
        return new Row(key(city), key(city));
    }

    private static Item key(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    private static VersionStamp mark(int version) {
        return new VersionStamp(
                new ItemKey("users/ada"),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }
}
