package dev.tributary.stream.read;

import dev.tributary.telemetry.LogFields;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;

/** Looks up the child shards of a shard, in KCL's form. */
final class ChildShards {

    private static final Logger log = LoggerFactory.getLogger(ChildShards.class);

    /** Several, because the end of a shard can be visible before its children are. */
    private static final int LOOKUPS = 10;

    /** The adapter and KCL require a hash key range in every lease; DynamoDB shards have none, so all get the same. */
    private static final HashKeyRange NO_RANGE = HashKeyRange.builder()
            .startingHashKey(BigInteger.ZERO.toString())
            .endingHashKey(BigInteger.ONE.toString())
            .build();

    private final DynamoDbStreamsClient client;
    private final String streamArn;

    ChildShards(DynamoDbStreamsClient client, String streamArn) {
        this.client = client;
        this.streamArn = streamArn;
    }

    /** The children of a shard that has just ended; waits some seconds for them while the stream is enabled. */
    List<ChildShard> await(String shardId) {
        DescribeStreamRequest children = DescribeStreamRequest.builder()
                .streamArn(streamArn)
                .shardFilter(filter -> filter.type(ShardFilterType.CHILD_SHARDS).shardId(shardId))
                .build();
        for (int lookup = 0; lookup < LOOKUPS; lookup++) {
            var stream = client.describeStream(children).streamDescription();
            if (!stream.shards().isEmpty()) {
                return stream.shards().stream().map(ChildShards::child).toList();
            }
            if (!"ENABLED".equals(stream.streamStatusAsString())) {
                return List.of();
            }
            sleep(Duration.ofMillis(50L << Math.min(lookup, 4)));
        }
        log.info(
                "{}: its child shards are not known yet; the next shard sync will find them", LogFields.shard(shardId));
        return List.of();
    }

    /** The children of a shard that may be gone from the stream. */
    List<ChildShard> now(String shardId) {
        return StreamShards.of(client, streamArn).stream()
                .flatMap(stream -> stream.childrenOf(shardId).stream())
                .map(ChildShards::child)
                .toList();
    }

    /** An interrupt ends the sleep early and stays set. */
    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ChildShard child(Shard shard) {
        return ChildShard.builder()
                .shardId(shard.shardId())
                .parentShards(shard.parentShardId())
                .hashKeyRange(NO_RANGE)
                .build();
    }
}
