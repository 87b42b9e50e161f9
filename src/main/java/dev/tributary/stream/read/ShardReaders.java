package dev.tributary.stream.read;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.retrieval.RecordsPublisher;

/**
 * Creates a reader for each shard of one stream whose lease this process holds.
 *
 * @param memory of the source
 * @param pauses of the source
 * @param slots of the source
 * @param timer runs only what does not wait
 * @param onFatal receives errors of this program
 */
public record ShardReaders(
        DynamoDbStreamsClient client,
        String streamArn,
        MemoryBudget memory,
        PollPauses pauses,
        ReadSlots slots,
        FetchListener listener,
        GapHandler gaps,
        ScheduledExecutorService timer,
        InstantSource clock,
        Consumer<Throwable> onFatal) {

    /** A new reader of a shard. */
    public RecordsPublisher publisher(String shardId) {
        return new ShardPublisher(
                pause -> new ShardFetcher(client, streamArn, shardId, memory.open(shardId), pause, listener, gaps),
                pauses,
                slots,
                timer,
                clock,
                onFatal);
    }
}
