package dev.tributary.streams;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A stream of {@link SimulatedStreams}. Safe for any thread. */
public final class SimulatedStream {

    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** The longest sequence numbers known of real streams have 25 digits. */
    private static final BigInteger LEAP_LIMIT = BigInteger.TEN.pow(24);

    private final String table;
    private final Instant created;
    private final InstantSource clock;
    private final Duration age;

    /** In the order of DescribeStream, which is that of the shard ids. */
    private final NavigableMap<String, SimulatedShard> shards = new TreeMap<>();

    private final List<SimulatedShard> roots = new ArrayList<>();

    /** 21 digits that soon become 22, so that tests fail where sequence numbers are compared as text. */
    private BigInteger lastSequenceNumber = BigInteger.TEN.pow(21).subtract(BigInteger.valueOf(1_000));

    private int opened;
    private boolean disabled;

    /**
     * @param age of the first shards, which their ids contain
     */
    SimulatedStream(String table, int rootShards, Duration age, InstantSource clock) {
        this.table = table;
        this.clock = clock;
        this.age = age;
        this.created = clock.instant();
        for (int shard = 0; shard < rootShards; shard++) {
            roots.add(open(null));
        }
    }

    public String table() {
        return table;
    }

    public String arn() {
        return "arn:aws:dynamodb:us-east-1:000000000000:table/" + table + "/stream/" + label();
    }

    public String label() {
        return LABEL.format(created);
    }

    /** The first shards of the stream. */
    public List<SimulatedShard> roots() {
        return List.copyOf(roots);
    }

    /** The first shard of an item; {@link SimulatedShard#open} returns its current one. */
    public SimulatedShard root(Object item) {
        return roots.get(Math.floorMod(item.hashCode(), roots.size()));
    }

    /** Closes every shard and opens no new one; the stream can be read to its end. */
    public synchronized void disable() {
        disabled = true;
        shards.values().forEach(SimulatedShard::close);
    }

    String status() {
        return disabled ? "DISABLED" : "ENABLED";
    }

    Instant created() {
        return created;
    }

    Instant now() {
        return clock.instant();
    }

    /** Grows by more than one, because a shard has only some of the table's sequence numbers. */
    synchronized BigInteger nextSequenceNumber() {
        lastSequenceNumber = lastSequenceNumber.add(BigInteger.valueOf(37));
        return lastSequenceNumber;
    }

    /** Sequence numbers of a child are much higher than those of its parent. */
    synchronized void leap() {
        lastSequenceNumber = lastSequenceNumber.compareTo(LEAP_LIMIT) < 0
                ? lastSequenceNumber.multiply(BigInteger.valueOf(3))
                : lastSequenceNumber.add(BigInteger.TEN.pow(18));
    }

    synchronized SimulatedShard open(@Nullable SimulatedShard parent) {
        long millis = clock.instant().minus(age).toEpochMilli();
        String id = String.format("shardId-%020d-%08x", millis, ++opened);
        SimulatedShard shard = new SimulatedShard(this, id, parent, nextSequenceNumber());
        shards.put(id, shard);
        return shard;
    }

    synchronized void forget(SimulatedShard shard) {
        shards.remove(shard.id());
    }

    SimulatedShard shard(String id) {
        SimulatedShard shard = shards.get(id);
        if (shard == null) {
            throw Fault.notFound("Shard: " + id + " in Stream: " + arn()).refusal();
        }
        return shard;
    }

    /** Shards after this id; all for null. */
    Collection<SimulatedShard> shardsAfter(@Nullable String id) {
        return id == null ? shards.values() : shards.tailMap(id, false).values();
    }
}
