package dev.tributary.replication;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The changes of a source's items, and the stream that results.
 *
 * <p>Items have {@code id}, {@code n} and, mostly, {@code city}; some changes touch {@code note} alone, which no route
 * selects. The stream has two lineages of shards, each a parent and its child; an item stays in its lineage. Sequence
 * numbers grow within a lineage and are not comparable between the two. Creation times never decrease for an item; they
 * are truncated to seconds, or to minutes as DynamoDB Local does.
 *
 * @param changes all of them, in the order in which they happened; first the items that were there before the stream, as
 *     insertions with the version that a backfill gives them
 * @param lineages shards, parents first
 */
record SourceHistory(List<Change> changes, List<List<Shard>> lineages) {

    /** Time in which the source is written, in milliseconds. */
    static final long DURATION = 15_000;

    private static final long EPOCH_MILLIS =
            Instant.parse("2026-11-21T00:00:50Z").toEpochMilli();
    static final String LABEL = "2026-11-21T00:00:00.000";

    /** The records of a shard, in stream order. */
    record Shard(List<StreamedChange> records) {}

    /**
     * A stream record.
     *
     * @param at the moment from which it can be read
     */
    record StreamedChange(String sequenceNumber, Change change, long at) {}

    /** The kinds of item history. */
    enum Shape {
        /** Everything: inserts, updates, moves, removals, losing and regaining the target's key attribute. */
        ANYTHING,
        /** Also target keys that the target cannot take; in the end each item gets one that it can. */
        REFUSED,
        /** Everything, but in the end each item gets a unique target key. */
        PARTING,
        /** An item is inserted and then updated under its target key. */
        IN_PLACE
    }

    static SourceHistory random(RandomGenerator random, Shape shape) {
        return new Writer(random, shape).write();
    }

    /** With items that were there before the stream. */
    static SourceHistory randomWithItems(RandomGenerator random, Shape shape) {
        Writer writer = new Writer(random, shape);
        writer.begin();
        return writer.write();
    }

    /** The items that were there before the stream. */
    List<Item> before() {
        return changes.stream()
                .filter(change -> change.stamp().version().equals(BEFORE))
                .flatMap(change -> change.after().stream())
                .toList();
    }

    private static final Version BEFORE = Version.beforeAllOf(LABEL);

    private static final class Writer {

        private final RandomGenerator random;
        private final Shape shape;
        private final long granularity;
        private final int items;
        private final long burst;
        private boolean repairing;
        private final int cities;
        private final long[] sequence;
        private final Map<String, Item> source = new HashMap<>();
        private final List<Change> changes = new ArrayList<>();
        private final List<List<StreamedChange>> streams = List.of(new ArrayList<>(), new ArrayList<>());

        Writer(RandomGenerator random, Shape shape) {
            this.random = random;
            this.shape = shape;
            granularity = random.nextInt(4) == 0 ? 60_000 : 1_000;
            items = random.nextBoolean() ? random.nextInt(1, 7) : random.nextInt(6, 30);
            burst = random.nextBoolean() ? 1 : 1_500;
            cities = random.nextInt(1, 5);
            sequence = new long[] {random.nextLong(1000), random.nextLong(1000)};
        }

        void begin() {
            int count = random.nextInt(items + 1) + random.nextInt(6);
            for (int number = 0; number < count; number++) {
                String id = "item" + number;
                Item item = item(id);
                source.put(id, item);
                changes.add(new Change.Insert(
                        new VersionStamp(
                                ItemKey.of("users", Map.of("id", AttributeValue.fromS(id))), BEFORE, Instant.EPOCH),
                        item));
            }
        }

        SourceHistory write() {
            int count = random.nextInt(5, 80);
            long[] moments = random.longs(count, 0, DURATION).sorted().toArray();
            for (long moment : moments) {
                int number = random.nextInt(3) == 0 ? 0 : random.nextInt(items); // the first is a hot one
                happen("item" + number, number % 2, moment - moment % burst);
            }
            if (shape == Shape.REFUSED || shape == Shape.PARTING) {
                repairing = true;
                List.copyOf(source.keySet())
                        .forEach(id -> happen(id, Integer.parseInt(id.substring("item".length())) % 2, DURATION));
            }
            return new SourceHistory(
                    List.copyOf(changes), streams.stream().map(this::shards).toList());
        }

        private void happen(String id, int lineage, long moment) {
            sequence[lineage] += 1 + random.nextLong(100);
            String sequenceNumber = "%021d".formatted(sequence[lineage]);
            long millis = EPOCH_MILLIS + moment;
            VersionStamp stamp = new VersionStamp(
                    ItemKey.of("users", Map.of("id", AttributeValue.fromS(id))),
                    Version.of(LABEL, sequenceNumber),
                    Instant.ofEpochMilli(millis - millis % granularity));
            Item old = source.get(id);
            Change change = change(id, stamp, old);
            change.after().ifPresentOrElse(item -> source.put(id, item), () -> source.remove(id));
            changes.add(change);
            streams.get(lineage).add(new StreamedChange(sequenceNumber, change, moment));
        }

        private Change change(String id, VersionStamp stamp, Item old) {
            if (old == null) {
                return new Change.Insert(stamp, item(id));
            }
            if (!repairing && random.nextInt(5) == 0) {
                Map<String, AttributeValue> attributes = new HashMap<>(old.attributes());
                attributes.put(
                        "note", AttributeValue.fromN(stamp.version().encoded().replaceAll(".*\\D", "")));
                return new Change.Modify(stamp, old, new Item(attributes));
            }
            if (shape == Shape.IN_PLACE) {
                Map<String, AttributeValue> attributes = new HashMap<>(old.attributes());
                attributes.put("n", AttributeValue.fromN(Long.toString(random.nextLong(1_000_000))));
                return new Change.Modify(stamp, old, new Item(attributes));
            }
            if (!repairing && random.nextInt(5) == 0) {
                return new Change.Remove(stamp, old);
            }
            Map<String, AttributeValue> attributes = new HashMap<>(item(id).attributes());
            if (!repairing && random.nextBoolean() && old.attributes().containsKey("city")) {
                attributes.put("city", old.attributes().get("city")); // stays where it is
            }
            return new Change.Modify(stamp, old, new Item(attributes));
        }

        private Item item(String id) {
            Map<String, AttributeValue> attributes = new HashMap<>();
            attributes.put("id", AttributeValue.fromS(id));
            attributes.put("n", AttributeValue.fromN(Long.toString(random.nextLong(1_000_000))));
            if (random.nextInt(3) == 0) {
                attributes.put("extra" + random.nextInt(2), AttributeValue.fromBool(true));
            }
            if (shape == Shape.IN_PLACE || random.nextInt(8) > 0) {
                attributes.put("city", AttributeValue.fromS("city" + random.nextInt(cities)));
                if ((shape == Shape.REFUSED || shape == Shape.PARTING) && !repairing && random.nextInt(5) == 0) {
                    attributes.put("city", AttributeValue.fromN("1"));
                }
            }
            if (shape == Shape.PARTING && repairing) {
                attributes.put("city", AttributeValue.fromS("home of " + id));
            }
            return new Item(attributes);
        }

        private List<Shard> shards(List<StreamedChange> stream) {
            int roll = random.nextInt(stream.size() + 1);
            return List.of(
                    new Shard(List.copyOf(stream.subList(0, roll))),
                    new Shard(List.copyOf(stream.subList(roll, stream.size()))));
        }
    }
}
