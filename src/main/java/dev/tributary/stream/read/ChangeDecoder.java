package dev.tributary.stream.read;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.stream.lease.SourceStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** Decodes stream records to changes. A record that cannot be decoded becomes a {@link Change.Undecoded}. */
public final class ChangeDecoder {

    private final SourceStream stream;
    private final InstantSource clock;

    /**
     * @param clock gives the creation time of a record that has none
     */
    public ChangeDecoder(SourceStream stream, InstantSource clock) {
        this.stream = stream;
        this.clock = clock;
    }

    /**
     * Decodes one stream record; throws nothing.
     *
     * @param record with a sequence number, see {@link dev.tributary.stream.read.StreamRecord#of}
     */
    public Change decode(Record record) {
        StreamRecord data = record.dynamodb();
        Optional<ItemKey> key = key(data);
        Instant createdAt = data.approximateCreationDateTime();
        VersionStamp stamp = new VersionStamp(
                key.orElseGet(() -> unknownItem(data)),
                Version.of(stream.epoch(), data.sequenceNumber()),
                createdAt == null ? clock.instant() : createdAt);
        return problem(record, key)
                .<Change>map(
                        problem -> new Change.Undecoded(stamp, "undecodable record: " + problem, RecordJson.of(record)))
                .orElseGet(() -> change(record, stamp));
    }

    private static Change change(Record record, VersionStamp stamp) {
        Item before = new Item(record.dynamodb().oldImage());
        Item after = new Item(record.dynamodb().newImage());
        return switch (record.eventName()) {
            case INSERT -> new Change.Insert(stamp, after);
            case MODIFY -> new Change.Modify(stamp, before, after);
            case REMOVE -> new Change.Remove(stamp, before);
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalStateException("excluded by problem()");
        };
    }

    private Optional<ItemKey> key(StreamRecord data) {
        if (data.keys().isEmpty() || isUnknown(data.keys().values())) {
            return Optional.empty();
        }
        try {
            return Optional.of(ItemKey.of(stream.identity(), data.keys()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a type that no key has: problem() reports it
        }
    }

    /** An owner for this record alone. No item has such a key: a slash follows the table's identity in those. */
    private ItemKey unknownItem(StreamRecord data) {
        return new ItemKey(stream.identity() + "?" + data.sequenceNumber());
    }

    private static Optional<String> problem(Record record, Optional<ItemKey> key) {
        StreamRecord data = record.dynamodb();
        OperationType event = record.eventName();
        if (key.isEmpty()) {
            return Optional.of("its key cannot be read, so later changes of its item do not wait behind it");
        }
        if (event == null || event == OperationType.UNKNOWN_TO_SDK_VERSION) {
            return Optional.of("its event is " + record.eventNameAsString() + " and not INSERT, MODIFY or REMOVE");
        }
        if (data.approximateCreationDateTime() == null) {
            return Optional.of("it has no creation time");
        }
        if (event != OperationType.INSERT && data.oldImage().isEmpty()) {
            return Optional.of("it has no old image");
        }
        if (event != OperationType.REMOVE && data.newImage().isEmpty()) {
            return Optional.of("it has no new image");
        }
        return isUnknown(data.oldImage().values()) || isUnknown(data.newImage().values())
                ? Optional.of("an attribute has a type that this version does not know")
                : Optional.empty();
    }

    static boolean isUnknown(Collection<AttributeValue> values) {
        for (AttributeValue value : values) {
            if (isUnknown(value)) {
                return true;
            }
        }
        return false;
    }

    static boolean isUnknown(@Nullable AttributeValue value) {
        if (value == null || value.type() == AttributeValue.Type.UNKNOWN_TO_SDK_VERSION) {
            return true;
        }
        return switch (value.type()) {
            case M -> isUnknown(value.m().values());
            case L -> isUnknown(value.l());
            default -> false;
        };
    }
}
