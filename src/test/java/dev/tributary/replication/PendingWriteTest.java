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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class PendingWriteTest {

    private static final Projected NOTHING = new Projected.Nothing();

    private static final Projected LEAVES_ROW =
            new Projected.Write(new TargetWrite.Upsert(stamp(9), row("Oakland")), true);

    private final CheckpointTracker<ChangePosition> tracker = new CheckpointTracker<>();

    @Test
    void changesThatAllAskForAWriteAreMerged() {
        assertThat(PendingWrite.merge(changes(upsert(1, "Oakland"), move(2, "Oakland", "Berkeley"))))
                .singleElement()
                .satisfies(pending -> {
                    assertThat(pending.changes()).hasSize(2);
                    assertThat(pending.write().orElseThrow().vacated()).containsExactly(key("Oakland"));
                });
    }

    /** As on a route that ignores removals: applied one by one, the row that stayed is not touched again. */
    @Test
    void changesAfterOneThatAsksForNothingAreNotMergedWithThoseBeforeIt() {
        List<PendingWrite> pending = PendingWrite.merge(
                changes(upsert(1, "Oakland"), upsert(2, "Oakland"), NOTHING, NOTHING, upsert(5, "Berkeley")));
        assertThat(pending).extracting(one -> one.changes().size()).containsExactly(2, 2, 1);
        assertThat(pending.get(1).write()).isEmpty();
        assertThat(pending.get(2).write().orElseThrow().vacated()).isEmpty();
    }

    @Test
    void aChangeThatLeavesTheRowJoinsOthersAndAsksForNothingAlone() {
        assertThat(PendingWrite.merge(
                        changes(upsert(1, "Oakland"), LEAVES_ROW, move(3, "Oakland", "Berkeley"), LEAVES_ROW)))
                .singleElement()
                .satisfies(pending -> {
                    assertThat(pending.changes()).hasSize(4);
                    assertThat(pending.write().orElseThrow().stamp()).isEqualTo(stamp(3));
                });
        assertThat(PendingWrite.merge(changes(LEAVES_ROW, NOTHING, LEAVES_ROW)))
                .singleElement()
                .satisfies(pending -> assertThat(pending.write()).isEmpty());
    }

    /** Merging each change with all before it took nine seconds. */
    @Test
    void manyMovesOfAnItemAreMergedInOnePass() {
        Projected[] moves = IntStream.range(1, 20_000)
                .mapToObj(n -> move(n, "city" + n, "city" + (n + 1)))
                .toArray(Projected[]::new);
        TargetWrite write = PendingWrite.merge(changes(moves)).get(0).write().orElseThrow();
        assertThat(write.vacated()).hasSize(moves.length).startsWith(key("city1"), key("city2"));
        assertThat(write.arriving()).map(Row::key).contains(key("city20000"));
    }

    private List<PendingChange> changes(Projected... projected) {
        return IntStream.range(0, projected.length)
                .mapToObj(n -> new PendingChange(
                        new Change.Remove(stamp(n + 1), key("any")),
                        projected[n],
                        tracker.open(new ChangePosition(Integer.toString(n + 1), Instant.EPOCH, 0), 1, () -> {}),
                        Optional.empty()))
                .toList();
    }

    private static Projected upsert(int version, String city) {
        return new Projected.Write(new TargetWrite.Upsert(stamp(version), row(city)));
    }

    private static Projected move(int version, String from, String to) {
        return new Projected.Write(new TargetWrite.Move(stamp(version), Set.of(key(from)), row(to)));
    }

    private static Row row(String city) {
        return new Row(key(city), key(city));
    }

    private static Item key(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    private static VersionStamp stamp(int version) {
        return new VersionStamp(
                new ItemKey("users/ada"),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }
}
