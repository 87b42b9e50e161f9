package dev.tributary.streams;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;

/** A shard of a {@link SimulatedStream} and its records. Safe for any thread. */
public final class SimulatedShard {

    /** Maximum of one GetRecords, which returns at least one record. */
    private static final long MAX_BYTES = 1 << 20;

    private final SimulatedStream stream;
    private final String id;
    private final @Nullable SimulatedShard parent;
    private final List<SimulatedShard> children = new ArrayList<>();
    private final BigInteger start;
    private final NavigableMap<BigInteger, StreamedRecord> records = new TreeMap<>();

    /** Records up to this number are trimmed; before the first trim, one less than the start. */
    private BigInteger trimmed;

    private BigInteger last;
    private @Nullable BigInteger end;

    SimulatedShard(SimulatedStream stream, String id, @Nullable SimulatedShard parent, BigInteger start) {
        this.stream = stream;
        this.id = id;
        this.parent = parent;
        this.start = start;
        this.trimmed = start.subtract(BigInteger.ONE);
        this.last = trimmed;
        if (parent != null) {
            parent.children.add(this);
        }
    }

    public String id() {
        return id;
    }

    /** The parent; null for the first shards of a stream. */
    public @Nullable SimulatedShard parent() {
        return parent;
    }

    /** Adds an insert, and returns its sequence number. */
    public String insert(Map<String, AttributeValue> keys, Map<String, AttributeValue> newImage) {
        return add(OperationType.INSERT, keys, null, newImage);
    }

    /** Adds a modification, and returns its sequence number. */
    public String modify(
            Map<String, AttributeValue> keys,
            Map<String, AttributeValue> oldImage,
            Map<String, AttributeValue> newImage) {
        return add(OperationType.MODIFY, keys, oldImage, newImage);
    }

    /** Adds a removal, and returns its sequence number. */
    public String remove(Map<String, AttributeValue> keys, Map<String, AttributeValue> oldImage) {
        return add(OperationType.REMOVE, keys, oldImage, null);
    }

    private String add(
            OperationType event,
            Map<String, AttributeValue> keys,
            @Nullable Map<String, AttributeValue> oldImage,
            @Nullable Map<String, AttributeValue> newImage) {
        synchronized (stream) {
            if (end != null) {
                throw new IllegalStateException("Shard " + id + " has ended; its items continue in " + children);
            }
            last = stream.nextSequenceNumber();
            records.put(last, new StreamedRecord(event, last.toString(), stream.now(), keys, oldImage, newImage));
            return last.toString();
        }
    }

    /** Ends the shard and opens one child of it, as DynamoDB does every few hours. */
    public SimulatedShard roll() {
        return end(1).get(0);
    }

    /** Ends the shard and opens two children of it. */
    public List<SimulatedShard> split() {
        return end(2);
    }

    private List<SimulatedShard> end(int into) {
        synchronized (stream) {
            close();
            stream.leap();
            List<SimulatedShard> opened = new ArrayList<>();
            for (int child = 0; child < into; child++) {
                opened.add(stream.open(this));
            }
            return opened;
        }
    }

    /** Ends the shard without children, as happens to a disabled stream. */
    void close() {
        if (end == null) {
            end = stream.nextSequenceNumber();
        }
    }

    /** The open shard that has the current changes of an item that began here. */
    public SimulatedShard open(Object item) {
        synchronized (stream) {
            SimulatedShard shard = this;
            while (!shard.children.isEmpty()) {
                shard = shard.children.get(Math.floorMod(item.hashCode(), shard.children.size()));
            }
            return shard;
        }
    }

    /** Trims the records up to and including this sequence number, as DynamoDB does after 24 hours. */
    public void trimThrough(String sequenceNumber) {
        synchronized (stream) {
            trimmed = trimmed.max(new BigInteger(sequenceNumber));
            records.headMap(trimmed, true).clear();
        }
    }

    /** Removes the shard with all its records from the stream. */
    public void vanish() {
        stream.forget(this);
    }

    public boolean ended() {
        synchronized (stream) {
            return end != null;
        }
    }

    BigInteger start() {
        return start;
    }

    @Nullable BigInteger end() {
        return end;
    }

    /** The sequence number after which an iterator of this type reads. */
    BigInteger position(String type, @Nullable String sequenceNumber) {
        return switch (type) {
            case "TRIM_HORIZON" -> trimmed;
            case "LATEST" -> last;
            case "AT_SEQUENCE_NUMBER" -> held(sequenceNumber).subtract(BigInteger.ONE);
            case "AFTER_SEQUENCE_NUMBER" -> held(sequenceNumber);
            default -> throw Fault.invalid("Invalid ShardIteratorType " + type).refusal();
        };
    }

    private BigInteger held(@Nullable String sequenceNumber) {
        if (sequenceNumber == null || !sequenceNumber.matches("[0-9]{21,40}")) {
            throw Fault.invalid("Invalid SequenceNumber " + sequenceNumber).refusal();
        }
        BigInteger number = new BigInteger(sequenceNumber);
        if (number.compareTo(trimmed) <= 0) {
            throw Fault.trimmed().refusal();
        }
        return number;
    }

    List<StreamedRecord> read(BigInteger after, int limit) {
        if (after.compareTo(trimmed) < 0) {
            throw Fault.trimmed().refusal();
        }
        List<StreamedRecord> page = new ArrayList<>();
        long size = 0;
        for (StreamedRecord record : records.tailMap(after, false).values()) {
            size += record.size();
            if (page.size() == limit || (size > MAX_BYTES && !page.isEmpty())) {
                break;
            }
            page.add(record);
        }
        return page;
    }

    /** Whether an iterator after this sequence number can ever return a record. */
    boolean goesOnAfter(BigInteger after) {
        return end == null || records.higherKey(after) != null;
    }

    @Override
    public String toString() {
        return id;
    }
}
