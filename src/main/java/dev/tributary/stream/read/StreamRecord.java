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
 * A DynamoDB stream record in KCL's form.
 *
 * <p>The adapter's class serialises every record to JSON, for a field that nothing here reads; this class leaves that field
 * empty. {@link #toString()} contains no payload, because KCL logs records.
 */
public final class StreamRecord extends KinesisClientRecord {

    private static final Pattern SEQUENCE_NUMBER = Pattern.compile("[0-9]{1,40}");
    private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final @Nullable String NO_EXPLICIT_HASH_KEY = null;
    private static final @Nullable Schema NO_SCHEMA = null;

    private final Record record;
    private final long heapBytes;

    @SuppressWarnings("NullAway") // KCL accepts null for missing fields
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
        this.heapBytes = HeapEstimate.of(record.dynamodb());
    }

    /**
     * Converts a record for KCL.
     *
     * @param position behind which it was read, for the message
     * @throws SdkClientException if the record has no sequence number: it can be neither ordered nor checkpointed, so it
     *     blocks the shard
     */
    public static StreamRecord of(Record record, String position) {
        String number = record.dynamodb() == null ? null : record.dynamodb().sequenceNumber();
        if (number == null || !SEQUENCE_NUMBER.matcher(number).matches()) {
            throw SdkClientException.create("a record after position " + position + " has no sequence number of 1 to 40"
                    + " digits, so it can be neither ordered nor checkpointed, and reading does not go past it; contact"
                    + " the service's support, or read it with another version of this program within 24 hours");
        }
        return new StreamRecord(record);
    }

    public Record record() {
        return record;
    }

    /** Estimated heap of the record, in bytes. */
    public long heapBytes() {
        return heapBytes;
    }

    /** KCL requires a creation time. */
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
