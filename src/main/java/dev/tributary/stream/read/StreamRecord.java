package dev.tributary.stream.read;

import com.amazonaws.services.schemaregistry.common.Schema;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A DynamoDB stream record on its way through KCL.
 *
 * <p>The adapter's own class writes every record out as JSON, for a field that nothing here reads; this one leaves that
 * field empty. {@link #toString()} tells no payload, because KCL logs records.
 */
public final class StreamRecord extends KinesisClientRecord {

    private static final Pattern SEQUENCE_NUMBER = Pattern.compile("[0-9]{1,40}");
    private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final @Nullable String NO_EXPLICIT_HASH_KEY = null;
    private static final @Nullable Schema NO_SCHEMA = null;

    private final Record record;
    private final long footprint;

    @SuppressWarnings("NullAway") // KCL takes null for what a record does not have
    public StreamRecord(Record record) {
        super(
                record.dynamodb().sequenceNumber(),
                createdAt(record),
                NO_DATA,
                record.dynamodb().sequenceNumber(),
                EncryptionType.NONE,
                0,
                NO_EXPLICIT_HASH_KEY,
                false,
                NO_SCHEMA);
        this.record = record;
        this.footprint = HeapEstimate.of(record.dynamodb());
    }

    /**
     * The record for KCL.
     *
     * @throws SdkClientException if it has no sequence number: it can be neither put in order nor checkpointed, so the
     *     shard stands still in front of it
     */
    public static StreamRecord of(Record record, String position) {
        String number = record.dynamodb() == null ? null : record.dynamodb().sequenceNumber();
        if (number == null || !SEQUENCE_NUMBER.matcher(number).matches()) {
            throw SdkClientException.create(
                    "a record behind position " + position + " has no sequence number of 1 to 40"
                            + " digits, so it can be neither ordered nor checkpointed, and reading does not go past it; tell the"
                            + " service's support, or let another version read it before it is 24 hours old");
        }
        return new StreamRecord(record);
    }

    public Record record() {
        return record;
    }

    /** Bytes of memory it takes, about. */
    public long footprint() {
        return footprint;
    }

    /** KCL wants one. */
    private static Instant createdAt(Record record) {
        Instant createdAt = record.dynamodb().approximateCreationDateTime();
        return createdAt == null ? Instant.EPOCH : createdAt;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return sequenceNumber().hashCode();
    }

    @Override
    public String toString() {
        return "StreamRecord[" + sequenceNumber() + "]";
    }
}
