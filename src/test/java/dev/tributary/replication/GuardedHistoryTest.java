package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The writes of one item: merged, repeated and outdated. */
class GuardedHistoryTest {

    private static final String TABLE = "target";

    private final FakeTables tables = new FakeTables();
    private final FakeDynamoDb client = new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT);
    private TargetTable target = new TargetTable(client, TABLE, Policies.USUAL);

    /** An empty table whose rows leave tombstones, or nothing. */
    private void create(boolean tombstones) {
        tables.create(TABLE, "city");
        target = new TargetTable(
                client,
                TABLE,
                new Policies(
                        CollisionPolicy.LATEST,
                        tombstones ? Optional.of(new Tombstones(Duration.ofDays(7))) : Optional.empty()));
    }

    /** A move checks both keys, so a repeated move of a zombie finds the newer row under one of them. */
    @Property(tries = 300)
    void aStaleMoveBetweenTwoKeysChangesNothing(
            @ForAll @IntRange(min = 1, max = 12) int moves,
            @ForAll @Size(max = 12) List<@IntRange(max = 11) Integer> stale,
            @ForAll boolean tombstones) {
        create(tombstones);
        List<TargetWrite> history = new ArrayList<>();
        for (int version = 1; version <= moves; version++) {
            history.add(
                    new TargetWrite.Move(stamp(version), Set.of(key((version + 1) % 2)), row(version % 2, version)));
        }
        apply(new TargetWrite.Upsert(stamp(0), row(0, 0)));
        history.forEach(this::apply);
        var rested = tables.rows(TABLE);
        stale.forEach(index -> apply(history.get(index % moves)));
        assertThat(tables.rows(TABLE)).isEqualTo(rested);
        assertThat(rows()).hasSize(1);
    }

    /** For all rows that an earlier run may have left under these keys, the merged write ends as the single writes do. */
    @Property(tries = 500)
    void writesTakenTogetherEndAsOneAfterTheOther(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 4) Integer> keys,
            @ForAll @IntRange(max = 5) int done,
            @ForAll boolean tombstones) {
        List<TargetWrite> history = history(keys);
        TargetWrite together = history.stream().reduce(TargetWrite::then).orElseThrow();
        create(tombstones);
        history.forEach(this::apply);
        var oneByOne = rows();
        create(tombstones);
        history.stream().limit(done).forEach(this::apply);
        apply(together);
        assertThat(rows()).isEqualTo(oneByOne);
    }

    /** Even where the later write does not know the key that the earlier one would have filled. */
    @Property(tries = 300)
    void writesTakenTogetherVacateEveryKeyTheyTouchButTheLast(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 24) Integer> steps) {
        List<TargetWrite> history = new ArrayList<>();
        Set<Item> touched = new HashSet<>();
        for (int step : steps) {
            int version = history.size();
            Item from = key(step / 5);
            Row to = row(step % 5, version);
            touched.add(from);
            touched.add(to.key());
            history.add(
                    from.equals(to.key())
                            ? new TargetWrite.Upsert(stamp(version), to)
                            : new TargetWrite.Move(stamp(version), Set.of(from), to));
        }
        TargetWrite together = history.stream().reduce(TargetWrite::then).orElseThrow();
        Item last = key(steps.get(steps.size() - 1) % 5);
        touched.remove(last);
        assertThat(together.vacated()).isEqualTo(touched);
        assertThat(together.arriving().map(Row::key)).contains(last);
    }

    /** The writes of an item that moves from key to key; key 0 means no row. */
    private static List<TargetWrite> history(List<Integer> keys) {
        List<TargetWrite> history = new ArrayList<>();
        int before = 0;
        for (int version = 0; version < keys.size(); version++) {
            int after = keys.get(version);
            Set<Item> old = before == 0 || before == after ? Set.of() : Set.of(key(before));
            if (after == 0) {
                history.add(new TargetWrite.Delete(stamp(version), old));
            } else if (old.isEmpty()) {
                history.add(new TargetWrite.Upsert(stamp(version), row(after, version)));
            } else {
                history.add(new TargetWrite.Move(stamp(version), old, row(after, version)));
            }
            before = after;
        }
        return history;
    }

    /** Without tombstones, which record only the last write. */
    private Map<Map<String, AttributeValue>, Map<String, AttributeValue>> rows() {
        var rows = new HashMap<>(tables.rows(TABLE));
        rows.values().removeIf(row -> row.containsKey(VersionStamp.EXPIRES));
        return rows;
    }

    private void apply(TargetWrite write) {
        target.apply(write, () -> true).join();
    }

    private static VersionStamp stamp(int version) {
        return new VersionStamp(
                new ItemKey("users/ada"),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }

    private static Row row(int city, int n) {
        Item key = key(city);
        return new Row(
                key,
                new Item(Map.of("city", key.attributes().get("city"), "n", AttributeValue.fromN(Integer.toString(n)))));
    }

    private static Item key(int city) {
        return new Item(Map.of("city", AttributeValue.fromS("city" + city)));
    }
}
