package dev.tributary.stream.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * The result of one GetRecords call.
 *
 * @param records in stream order; mutable, because KCL removes from this list
 * @param childShards empty unless the shard has ended
 * @param nextShardIterator null at the end of the shard
 */
record FetchedRecords(
        List<KinesisClientRecord> records,
        List<ChildShard> childShards,
        @Nullable String nextShardIterator) {

    /** Estimated heap of the records, in bytes. */
    long heapBytes() {
        return records.stream()
                .mapToLong(record -> ((StreamRecord) record).heapBytes())
                .sum();
    }
}
