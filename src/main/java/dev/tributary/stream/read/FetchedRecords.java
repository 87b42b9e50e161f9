package dev.tributary.stream.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.retrieval.GetRecordsResponseAdapter;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One answer of GetRecords.
 *
 * @param records in stream order; KCL removes from this list, so it is mutable
 * @param childShards the shards that follow, known only at the end of a shard
 * @param nextShardIterator null at the end of the shard
 */
record FetchedRecords(
        List<KinesisClientRecord> records,
        List<ChildShard> childShards,
        @Nullable String nextShardIterator) implements GetRecordsResponseAdapter {

    /** Bytes of memory they take, about. */
    long footprint() {
        return records.stream()
                .mapToLong(record -> ((StreamRecord) record).footprint())
                .sum();
    }

    /** DynamoDB streams do not tell how far behind a reader is; KCL takes null for that. */
    @Override
    @SuppressWarnings("NullAway")
    public @Nullable Long millisBehindLatest() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway")
    public @Nullable String requestId() {
        return null;
    }
}
