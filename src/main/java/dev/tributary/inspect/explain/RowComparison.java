package dev.tributary.inspect.explain;

import dev.tributary.inspect.explain.RowFinding.Verdict;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.RowDecision;
import dev.tributary.replication.RouteSettings;
import dev.tributary.table.StoredRow;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Compares an item's row with the one that is in the target. Pure.
 *
 * @param owner the item
 * @param itemExists whether the source has the item
 */
record RowComparison(RouteSettings settings, ItemKey owner, boolean itemExists) {

    /**
     * Compares.
     *
     * @param decision the write of the route for the item, or for its key if there is no item
     * @param found the row under the key; empty if there is none
     */
    RowFinding compare(RowDecision decision, Optional<StoredRow> found) {
        if (decision instanceof RowDecision.IsRefused refused) {
            return new RowFinding(Verdict.PARKED, refused.reason());
        }
        if (decision instanceof RowDecision.Unheld unheld) {
            return new RowFinding(Verdict.PARKED, unheld.reason());
        }
        if (itemExists && decision instanceof RowDecision.HasRow has) {
            return expected(has.row(), found);
        }
        if (decision instanceof RowDecision.LacksKey lacks) {
            return new RowFinding(
                    Verdict.RIGHT, "the item has no row without " + String.join(" and ", lacks.attributes()));
        }
        return unexpected(found);
    }

    /** The finding if there is no item, and its key is not enough to derive the key of its row. */
    static RowFinding underivable(Set<String> keySources) {
        return new RowFinding(
                Verdict.UNKNOWN,
                "the item is gone, and the key of its row is derived from "
                        + String.join(" and ", new TreeSet<>(keySources))
                        + "; `tributary verify` finds rows whose items are gone");
    }

    private RowFinding expected(Row row, Optional<StoredRow> found) {
        if (found.isEmpty()) {
            return new RowFinding(Verdict.MISSING, "there is no row");
        }
        StoredRow stored = found.get();
        if (stored.stamp().isEmpty()) {
            return new RowFinding(
                    Verdict.FOREIGN,
                    "the replication did not write the row; the next change of the item overwrites it"
                            + (stored.holds(row) ? ". Its attributes are those that it should have" : ""));
        }
        VersionStamp stamp = stored.stamp().get();
        if (!stamp.owner().equals(owner)) {
            return stored.tombstone()
                    ? new RowFinding(Verdict.MISSING, "there is only the tombstone of " + stamp.owner())
                    : collision(stamp);
        }
        if (stored.tombstone()) {
            return new RowFinding(
                    Verdict.MISSING, "there is only the item's tombstone, of a removal at " + stamp.createdAt());
        }
        return stored.holds(row)
                ? new RowFinding(Verdict.RIGHT, "the row is as the item")
                : new RowFinding(Verdict.DIFFERENT, difference(row, stored));
    }

    private RowFinding collision(VersionStamp other) {
        return new RowFinding(
                Verdict.COLLISION,
                settings.target().collisions() == CollisionPolicy.LATEST
                        ? "another item, %s, has the row: it changed last, at %s (collisions = latest)"
                                .formatted(other.owner(), other.createdAt())
                        : "another item, %s, has had the row since %s, and changes of this one are parked (collisions = reject)"
                                .formatted(other.owner(), other.createdAt()));
    }

    private RowFinding unexpected(Optional<StoredRow> found) {
        String gone = itemExists ? "the item is a tombstone of the source" : "the item is gone";
        if (found.isEmpty()) {
            return new RowFinding(Verdict.RIGHT, gone + ", and there is no row");
        }
        StoredRow stored = found.get();
        Optional<VersionStamp> own =
                stored.stamp().filter(stamp -> stamp.owner().equals(owner));
        if (own.isEmpty()) {
            return new RowFinding(
                    Verdict.RIGHT,
                    gone + ", and the row is "
                            + stored.stamp()
                                    .map(stamp -> "another item's, " + stamp.owner())
                                    .orElse("without a version stamp"));
        }
        if (stored.tombstone()) {
            return new RowFinding(Verdict.RIGHT, gone + ", and its tombstone is there" + expiry(stored));
        }
        return settings.projection().deletes() == DeletePolicy.IGNORE
                ? new RowFinding(Verdict.KEPT, gone + ", and its row stays (deletes = ignore)")
                : new RowFinding(Verdict.EXTRA, gone + ", and its row is there");
    }

    private static String expiry(StoredRow tombstone) {
        AttributeValue expires = tombstone.row().item().attributes().get(VersionStamp.EXPIRES);
        return expires == null || expires.n() == null
                ? ""
                : ", until " + Instant.ofEpochSecond(Long.parseLong(expires.n()));
    }

    private static String difference(Row expected, StoredRow stored) {
        Set<String> wanted = expected.item().attributes().keySet();
        Set<String> there = stored.row().item().attributes().keySet();
        Set<String> other = stored.differing(expected);
        Set<String> missing = new TreeSet<>(other);
        missing.removeAll(there);
        Set<String> extra = new TreeSet<>(other);
        extra.removeAll(wanted);
        other.removeAll(missing);
        other.removeAll(extra);
        List<String> parts = new ArrayList<>();
        add(parts, "other values", other);
        add(parts, "missing", missing);
        add(parts, "too many", extra);
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, Set<String> names) {
        if (!names.isEmpty()) {
            parts.add(what + ": " + String.join(", ", names));
        }
    }
}
