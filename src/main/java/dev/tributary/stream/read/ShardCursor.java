package dev.tributary.stream.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** The position up to which one shard was read, and the shard iterator behind it. Not thread-safe. */
final class ShardCursor {

    private static final String TRIM_HORIZON = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private static final String SHARD_END = ExtendedSequenceNumber.SHARD_END.sequenceNumber();

    private final DynamoDbStreamsClient client;
    private final String streamArn;
    private final String shardId;

    private String position = TRIM_HORIZON;
    private @Nullable String iterator;
    private boolean shardEnd;

    /** A trimmed position that reading passed; KCL may return to it. */
    private @Nullable String passedTrimmed;

    ShardCursor(DynamoDbStreamsClient client, String streamArn, String shardId) {
        this.client = client;
        this.streamArn = streamArn;
        this.shardId = shardId;
    }

    /** Moves behind a sequence number or one of KCL's sentinels. */
    void moveTo(String sequenceNumber) {
        moveTo(sequenceNumber, null);
        shardEnd = SHARD_END.equals(sequenceNumber);
    }

    /**
     * Moves behind a sequence number.
     *
     * @param shardIterator at that position, if KCL has one
     */
    void moveTo(String sequenceNumber, @Nullable String shardIterator) {
        position = sequenceNumber.equals(passedTrimmed) ? TRIM_HORIZON : sequenceNumber;
        iterator = shardIterator;
        shardEnd = false;
    }

    /** Moves behind the records of a read. */
    void moveBehind(List<KinesisClientRecord> records, @Nullable String nextIterator) {
        iterator = nextIterator;
        shardEnd = nextIterator == null;
        if (!records.isEmpty()) {
            position = records.get(records.size() - 1).sequenceNumber();
        }
    }

    /** Moves from the position, which was trimmed, to the oldest record that the shard has. */
    void passTrimmed() {
        passedTrimmed = position;
        moveTo(position, null);
    }

    /** The next use gets a new iterator at the same position. */
    void dropIterator() {
        iterator = null;
    }

    /** The iterator if there is one; {@link #openIterator} gets one. */
    @Nullable String iterator() {
        return iterator;
    }

    /** The iterator; calls GetShardIterator if there is none. */
    String openIterator() {
        String open = iterator;
        if (open == null) {
            open = client.getShardIterator(request -> {
                        request.streamArn(streamArn).shardId(shardId);
                        if (atHorizon()) {
                            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
                        } else {
                            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                                    .sequenceNumber(position);
                        }
                    })
                    .shardIterator();
            iterator = open;
        }
        return open;
    }

    String position() {
        return position;
    }

    /** Whether nothing of the shard was read yet, or nothing since a trimmed position was passed. */
    boolean atHorizon() {
        return TRIM_HORIZON.equals(position);
    }

    boolean atShardEnd() {
        return shardEnd;
    }
}
