package dev.tributary.inspect.plan;

import dev.tributary.inspect.KeyText;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.projection.RowDecision;
import dev.tributary.table.RowSize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the rows that a route has for the items of a sample. Not safe for several threads. */
final class RouteSample {

    private static final int EXAMPLES = 5;
    private static final int UNIT_BYTES = 1024;

    /** As long as that of any change. */
    private static final Version ANY_VERSION = Version.of("2026-01-01T00:00:00.000", "0");

    private final Projection projection;
    private final KeySchema sourceKey;
    private final String identity;
    private final Map<Item, List<String>> byKey = new HashMap<>();
    private final Map<String, Long> parked = new TreeMap<>();
    private final List<String> tooLargeExamples = new ArrayList<>();
    private long items;
    private long rows;
    private long withoutRow;
    private long tooLarge;
    private long bytes;
    private long units;

    /**
     * @param identity of the source table
     */
    RouteSample(Projection projection, KeySchema sourceKey, String identity) {
        this.projection = projection;
        this.sourceKey = sourceKey;
        this.identity = identity;
    }

    void add(Item item) {
        items++;
        RowDecision decision = projection.decide(item);
        if (decision instanceof RowDecision.HasRow has) {
            row(item, has.row());
        } else if (decision instanceof RowDecision.Unheld unheld) {
            parked.merge(unheld.reason(), 1L, Long::sum);
        } else if (decision instanceof RowDecision.IsRefused refused) {
            parked.merge(refused.reason(), 1L, Long::sum);
        } else {
            withoutRow++;
        }
    }

    private void row(Item item, Row row) {
        Item key = sourceKey.keyOf(item);
        long size =
                RowSize.of(row, new VersionStamp(ItemKey.of(identity, key.attributes()), ANY_VERSION, Instant.EPOCH));
        if (size > ItemSize.MAX_BYTES) {
            tooLarge++;
            if (tooLargeExamples.size() < EXAMPLES) {
                tooLargeExamples.add(KeyText.of(key));
            }
            return;
        }
        rows++;
        bytes += size;
        units += (size + UNIT_BYTES - 1) / UNIT_BYTES;
        byKey.computeIfAbsent(row.key(), first -> new ArrayList<>(1)).add(KeyText.of(key));
    }

    /** Whether a change from one image of an item to another moves its row to another key. */
    boolean moves(Item before, Item after) {
        Optional<Item> from = projection.heldKey(before);
        return from.isPresent()
                && projection
                        .heldKey(after)
                        .filter(to -> !to.equals(from.get()))
                        .isPresent();
    }

    /** The result. */
    RouteEstimate estimate(String route, String target, boolean whole) {
        return new RouteEstimate(
                route,
                target,
                new Share(rows, items, whole),
                new Share(withoutRow, items, whole),
                parked.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                reason -> new Share(reason.getValue(), items, whole),
                                (one, other) -> one,
                                TreeMap::new)),
                new Share(tooLarge, items, whole),
                tooLargeExamples,
                rows == 0 ? 0 : (double) bytes / rows,
                rows == 0 ? 0 : (double) units / rows,
                collisions(whole));
    }

    private Collisions collisions(boolean whole) {
        long pairs = byKey.values().stream()
                .mapToLong(sources -> (long) sources.size() * (sources.size() - 1) / 2)
                .sum();
        List<Collisions.Example> examples = byKey.entrySet().stream()
                .filter(same -> same.getValue().size() > 1)
                .sorted((one, other) ->
                        Integer.compare(other.getValue().size(), one.getValue().size()))
                .limit(EXAMPLES)
                .map(same -> new Collisions.Example(
                        KeyText.of(same.getKey()),
                        same.getValue().stream().limit(3).toList(),
                        same.getValue().size()))
                .toList();
        boolean possible = !projection
                .keySources()
                .containsAll(sourceKey.attributes().stream()
                        .map(KeySchema.KeyAttribute::name)
                        .toList());
        return new Collisions(possible, rows, byKey.size(), pairs, whole, examples);
    }
}
