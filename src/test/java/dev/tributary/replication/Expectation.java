package dev.tributary.replication;

import static dev.tributary.replication.RowsAtRest.PRECEDENCE;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.replication.RowsAtRest.StampedRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows that the targets must hold when the source rests, and the writes that are forbidden before.
 *
 * <p>If the key contains the source key: exactly the rows of the items, each with the version of the last change that
 * made it what it is.
 *
 * <p>If items collide: of the items that end under a key, the one with the highest stamp has the row, by creation time,
 * then version, then owner. There is one exception, inherent in the policy {@code latest}: an item that was
 * under the key with a higher stamp still, and left, may have beaten the others before it left, and those do not come
 * back. Then the row may be missing, or be that of any of the items that end there, depending on who came first; and a
 * late write of one of them may have taken the key when it was free again, with what the item was before. Where
 * collisions are rejected, no item takes the row of another: there are exactly the rows of the items that are not
 * parked, and rows of parked items are not checked.
 */
final class Expectation {

    private final RowsAtRest injective;
    private final RowsAtRest colliding;
    private final boolean rejects;
    private final boolean late;
    private final List<String> violations = new ArrayList<>();

    /** What the first write of a version wrote under a key. */
    private final Map<WrittenVersion, Map<String, AttributeValue>> written = new HashMap<>();

    private record WrittenVersion(String table, Map<String, AttributeValue> key, ItemKey owner, Version version) {}

    /** A row of a target, and its stamp. */
    private record MarkedRow(Item key, Item item, VersionStamp stamp) {

        boolean is(StampedRow other) {
            return other.is(key, item, stamp);
        }
    }

    /**
     * @param rejects whether an item never takes the row of another
     * @param late whether writes that were given up may take effect
     */
    Expectation(RowsAtRest injective, RowsAtRest colliding, boolean rejects, boolean late) {
        this.injective = injective;
        this.colliding = colliding;
        this.rejects = rejects;
        this.late = late;
    }

    /**
     * A row that stays never goes back, neither to an older change of its item nor to an item of a lower stamp. A version
     * that is written again writes the same row, which replaces no other unless another writer has changed it.
     */
    void changed(
            String table,
            Map<String, AttributeValue> key,
            Map<String, AttributeValue> before,
            Map<String, AttributeValue> after) {
        if (after.isEmpty()) {
            return;
        }
        VersionStamp now = stamp(after);
        boolean again =
                after.equals(written.putIfAbsent(new WrittenVersion(table, key, now.owner(), now.version()), after));
        if (before.isEmpty()) {
            return;
        }
        VersionStamp old = stamp(before);
        int order = old.version().compareTo(now.version());
        boolean advances =
                old.owner().equals(now.owner()) ? order < 0 || (order == 0 && again) : takesOver(before, after);
        if (!advances) {
            violations.add(table + ": a row went back from " + say(old) + " to " + say(now));
        }
    }

    /** A row takes any tombstone of another item; a tombstone an earlier one, but no row. */
    private boolean takesOver(Map<String, AttributeValue> before, Map<String, AttributeValue> after) {
        boolean later = PRECEDENCE.compare(stamp(before), stamp(after)) < 0;
        if (before.containsKey(VersionStamp.EXPIRES)) {
            return later || !after.containsKey(VersionStamp.EXPIRES);
        }
        return later && !rejects && !after.containsKey(VersionStamp.EXPIRES);
    }

    List<String> violations(FakeTables tables) {
        check(Simulation.INJECTIVE, rows(tables, Simulation.INJECTIVE), injective.last(), Set.of());
        if (rejects) {
            check(
                    Simulation.COLLIDING,
                    rows(tables, Simulation.COLLIDING),
                    colliding.last(),
                    parked(tables, Simulation.COLLIDING));
        } else {
            checkCollisions(rows(tables, Simulation.COLLIDING));
        }
        return violations;
    }

    private void check(String table, Map<Item, MarkedRow> rows, List<StampedRow> atRest, Set<String> parked) {
        Map<Item, StampedRow> expected = new HashMap<>();
        atRest.stream()
                .filter(row -> !parked.contains(row.from().owner().encoded()))
                .forEach(row -> expected.put(row.key(), row));
        union(rows, expected).forEach(key -> {
            MarkedRow row = rows.get(key);
            StampedRow wanted = expected.get(key);
            boolean right = wanted == null
                    ? row == null || parked.contains(row.stamp().owner().encoded())
                    : row != null && row.is(wanted);
            if (!right) {
                violations.add(table + ": " + key.attributes() + " is " + say(row) + ", must be " + say(wanted));
            }
        });
    }

    private static Set<String> parked(FakeTables tables, String route) {
        return tables.rows(FakeDynamoDb.DEAD_LETTERS).values().stream()
                .filter(letter -> letter.containsKey("reason"))
                .filter(letter -> route.equals(letter.get("route").s()))
                .map(letter -> letter.get("owner").s())
                .collect(toSet());
    }

    private void checkCollisions(Map<Item, MarkedRow> rows) {
        Map<Item, List<StampedRow>> candidates = colliding.last().stream().collect(groupingBy(StampedRow::key));
        union(rows, candidates).forEach(key -> {
            Optional<MarkedRow> row = Optional.ofNullable(rows.get(key));
            List<StampedRow> ending = candidates.getOrDefault(key, List.of());
            Optional<StampedRow> winner = ending.stream().max(comparing(StampedRow::from, PRECEDENCE));
            boolean beatenByOneThatLeft = winner.isPresent() && highestThatLeft(key, ending, winner.get());
            boolean right = beatenByOneThatLeft
                    ? row.isEmpty() || isAny(row.get(), ending) || (late && isOlder(row.get(), ending))
                    : row.isEmpty() == winner.isEmpty()
                            && row.map(present -> isAny(present, mayWin(ending)))
                                    .orElse(true);
            if (!right) {
                violations.add(Simulation.COLLIDING + ": " + key.attributes() + " is " + say(row.orElse(null))
                        + ", must be " + say(winner.orElse(null)));
            }
        });
    }

    /** The rows that no other beats for certain. */
    private static List<StampedRow> mayWin(List<StampedRow> ending) {
        return ending.stream()
                .filter(row -> ending.stream()
                        .allMatch(other -> other.equals(row) || PRECEDENCE.compare(other.from(), row.to()) < 0))
                .toList();
    }

    private static boolean isAny(MarkedRow row, List<StampedRow> ending) {
        return ending.stream().anyMatch(row::is);
    }

    /** A row that an item of those that end there had before. */
    private static boolean isOlder(MarkedRow row, List<StampedRow> ending) {
        return ending.stream()
                .map(StampedRow::from)
                .anyMatch(stamp -> stamp.owner().equals(row.stamp().owner())
                        && row.stamp().version().compareTo(stamp.version()) < 0);
    }

    /** Whether an item that does not end under the key was there with a stamp above the winner's. */
    private boolean highestThatLeft(Item key, List<StampedRow> ending, StampedRow winner) {
        Set<ItemKey> stayed = new HashSet<>();
        ending.forEach(row -> stayed.add(row.from().owner()));
        return colliding.ever().stream()
                .filter(row -> row.key().equals(key))
                .filter(row -> !stayed.contains(row.to().owner()))
                .anyMatch(row -> PRECEDENCE.compare(row.to(), winner.from()) > 0);
    }

    private static Map<Item, MarkedRow> rows(FakeTables tables, String table) {
        Map<Item, MarkedRow> rows = new HashMap<>();
        tables.rows(table).forEach((key, row) -> {
            if (row.containsKey(VersionStamp.EXPIRES)) {
                return; // a tombstone: readers pass it by
            }
            Map<String, AttributeValue> attributes = new HashMap<>(row);
            attributes.remove(VersionStamp.ATTRIBUTE);
            rows.put(new Item(key), new MarkedRow(new Item(key), new Item(attributes), stamp(row)));
        });
        return rows;
    }

    private static VersionStamp stamp(Map<String, AttributeValue> row) {
        Map<String, AttributeValue> stamp = row.get(VersionStamp.ATTRIBUTE).m();
        return new VersionStamp(
                new ItemKey(stamp.get("o").s()),
                new Version(stamp.get("v").s()),
                Instant.ofEpochMilli(Long.parseLong(stamp.get("t").n())));
    }

    private static Set<Item> union(Map<Item, ?> a, Map<Item, ?> b) {
        Set<Item> keys = new HashSet<>(a.keySet());
        keys.addAll(b.keySet());
        return keys;
    }

    private static String say(MarkedRow row) {
        return row == null ? "no row" : row.item().attributes() + " " + say(row.stamp());
    }

    private static String say(StampedRow row) {
        return row == null ? "no row" : row.item().attributes() + " " + say(row.from());
    }

    private static String say(VersionStamp stamp) {
        return stamp.owner().encoded() + " " + stamp.version().encoded() + " " + stamp.createdAt();
    }
}
