package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of a route when its source rests, computed from the history alone.
 *
 * <p>A row has the stamp of the last change that made it what it is: a change that leaves the row of its item as it is
 * writes nothing. A redrive also writes such changes, so a redriven row may have the stamp of a later one.
 */
final class RowsAtRest {

    static final Comparator<VersionStamp> PRECEDENCE = Comparator.comparing(VersionStamp::createdAt)
            .thenComparing(VersionStamp::version)
            .thenComparing(stamp -> stamp.owner().encoded());

    private final Map<ItemKey, List<StampedRow>> rows = new LinkedHashMap<>();
    private final boolean redriven;

    /**
     * A row that an item had for a time.
     *
     * @param from the stamp of the change that made it
     * @param to the stamp of the last change that left it as it is
     * @param last whether the item has it in the end
     */
    record StampedRow(Item key, Item item, VersionStamp from, VersionStamp to, boolean last) {

        /** Whether a row of the target is this one, or this one after repairs. */
        boolean is(Item otherKey, Item otherItem, VersionStamp stamp) {
            return key.equals(otherKey)
                    && item.equals(otherItem)
                    && from.owner().equals(stamp.owner())
                    && from.version().compareTo(stamp.version()) <= 0
                    && to.version().withSuccessors().compareTo(stamp.version()) >= 0;
        }
    }

    /**
     * @param redriven whether a redrive may write changes that leave a row as it is
     */
    RowsAtRest(SourceHistory history, Projection projection, boolean redriven) {
        this.redriven = redriven;
        history.changes().forEach(change -> add(change, change.after().flatMap(projection::row)));
    }

    private void add(Change change, Optional<Row> row) {
        List<StampedRow> ofItem = rows.computeIfAbsent(change.stamp().owner(), owner -> new ArrayList<>());
        if (!ofItem.isEmpty()) {
            StampedRow before = ofItem.remove(ofItem.size() - 1);
            boolean stays = before.last()
                    && row.filter(after -> after.item().equals(before.item())).isPresent();
            if (stays) {
                VersionStamp to = redriven ? change.stamp() : before.to();
                ofItem.add(new StampedRow(before.key(), before.item(), before.from(), to, true));
                return;
            }
            ofItem.add(new StampedRow(before.key(), before.item(), before.from(), before.to(), false));
        }
        row.ifPresent(
                after -> ofItem.add(new StampedRow(after.key(), after.item(), change.stamp(), change.stamp(), true)));
    }

    /** The row of each item that has one in the end. */
    List<StampedRow> last() {
        return rows.values().stream()
                .flatMap(List::stream)
                .filter(StampedRow::last)
                .toList();
    }

    /** All rows that items ever had. */
    List<StampedRow> ever() {
        return rows.values().stream().flatMap(List::stream).toList();
    }
}
