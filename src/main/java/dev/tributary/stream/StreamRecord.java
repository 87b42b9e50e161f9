package dev.tributary.stream;

import com.amazonaws.services.schemaregistry.common.Schema;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A DynamoDB stream record on its way through KCL.
 *
 * <p>The adapter's own class writes every record out as JSON, for a field that nothing here reads; this one leaves that
 * field empty. {@link #toString()} tells no payload, because KCL logs records.
 */
final class StreamRecord extends KinesisClientRecord {

    private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final @Nullable String NO_EXPLICIT_HASH_KEY = null;
    private static final @Nullable Schema NO_SCHEMA = null;

    private final Record record;
    private final long footprint;

    @SuppressWarnings("NullAway") // KCL takes null for what a record does not have
    StreamRecord(Record record) {
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
        this.footprint = Footprint.of(record.dynamodb());
    }

    Record record() {
        return record;
    }

    /** Bytes of memory it takes, about. */
    long footprint() {
        return footprint;
    }

    private static Instant createdAt(Record record) {
        return record.dynamodb().approximateCreationDateTime();
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
