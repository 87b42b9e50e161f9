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
 * What happened to the items of a source, and the stream of it.
 *
 * <p>Items have {@code id}, {@code n} and, mostly, {@code city}. The stream has two lineages of shards, each a parent
 * and its child; an item stays in its lineage. Sequence numbers grow in a lineage and say nothing between the two.
 * Creation times never go back for an item; they are cut to seconds, or to minutes as DynamoDB Local does.
 *
 * @param changes all of them, in the order in which they happened
 * @param lineages shards, parents first
 */
record SourceHistory(List<Change> changes, List<List<Shard>> lineages) {

    /** How long the source is written to, in milliseconds. */
    static final long DURATION = 15_000;

    private static final long EPOCH_MILLIS =
            Instant.parse("2026-11-21T00:00:50Z").toEpochMilli();
    private static final String LABEL = "2026-11-21T00:00:00.000";

    /** The records of a shard, in stream order. */
    record Shard(List<StreamedChange> records) {}

    /**
     * A stream record.
     *
     * @param at the moment from which it can be read
     */
    record StreamedChange(String sequenceNumber, Change change, long at) {}

    /** What may happen to the items. */
    enum Shape {
        /** Everything: inserts, updates, moves, removals, losing and regaining the target's key attribute. */
        ANYTHING,
        /** The same, and target keys that the target cannot take; at last each item gets one that it can. */
        REFUSED,
        /** The same, but at last each item gets a target key that is no other's. */
        PARTING,
        /** An item is inserted and then updated under its target key. */
        IN_PLACE
    }

    static SourceHistory random(RandomGenerator random, Shape shape) {
        return new Writer(random, shape).write();
    }

    private static final class Writer {

        private final RandomGenerator random;
        private final Shape shape;
        private final long granularity;
        private final int items;
        private final long burst;
        private boolean mending;
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

        SourceHistory write() {
            int count = random.nextInt(5, 80);
            long[] moments = random.longs(count, 0, DURATION).sorted().toArray();
            for (long moment : moments) {
                int number = random.nextInt(3) == 0 ? 0 : random.nextInt(items); // the first is a hot one
                happen("item" + number, number % 2, moment - moment % burst);
            }
            if (shape == Shape.REFUSED || shape == Shape.PARTING) {
                mending = true;
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
            VersionStamp mark = new VersionStamp(
                    ItemKey.of("users", Map.of("id", AttributeValue.fromS(id))),
                    Version.of(LABEL, sequenceNumber),
                    Instant.ofEpochMilli(millis - millis % granularity));
            Item old = source.get(id);
            Change change = change(id, mark, old);
            change.after().ifPresentOrElse(item -> source.put(id, item), () -> source.remove(id));
            changes.add(change);
            streams.get(lineage).add(new StreamedChange(sequenceNumber, change, moment));
        }

        private Change change(String id, VersionStamp mark, Item old) {
            if (old == null) {
                return new Change.Insert(mark, item(id));
            }
            if (shape == Shape.IN_PLACE) {
                Map<String, AttributeValue> attributes = new HashMap<>(old.attributes());
                attributes.put("n", AttributeValue.fromN(Long.toString(random.nextLong(1_000_000))));
                return new Change.Modify(mark, old, new Item(attributes));
            }
            if (!mending && random.nextInt(5) == 0) {
                return new Change.Remove(mark, old);
            }
            Map<String, AttributeValue> attributes = new HashMap<>(item(id).attributes());
            if (!mending && random.nextBoolean() && old.attributes().containsKey("city")) {
                attributes.put("city", old.attributes().get("city")); // stays where it is
            }
            return new Change.Modify(mark, old, new Item(attributes));
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
                if ((shape == Shape.REFUSED || shape == Shape.PARTING) && !mending && random.nextInt(5) == 0) {
                    attributes.put("city", AttributeValue.fromN("1"));
                }
            }
            if (shape == Shape.PARTING && mending) {
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
