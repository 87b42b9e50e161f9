package dev.tributary.stream.read;

import static java.util.stream.Collectors.toMap;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.SequenceNumberRange;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The shards of a stream at one moment, as DescribeStream lists them.
 *
 * @param enabled whether the table still has this stream
 */
public record StreamShards(boolean enabled, List<Shard> all) {

    /** The shards of a stream that does not exist. */
    public static final StreamShards NONE = new StreamShards(false, List.of());

    private static final Pattern SHARD_ID = Pattern.compile("shardId-(\\d{1,20})-.*");

    /** Reads all pages; empty if the stream does not exist. */
    public static Optional<StreamShards> of(DynamoDbStreamsClient client, String streamArn) {
        List<Shard> shards = new ArrayList<>();
        DescribeStreamRequest.Builder request = DescribeStreamRequest.builder().streamArn(streamArn);
        StreamDescription page;
        try {
            do {
                page = client.describeStream(request.build()).streamDescription();
                shards.addAll(page.shards());
                request.exclusiveStartShardId(page.lastEvaluatedShardId());
            } while (page.lastEvaluatedShardId() != null);
        } catch (ResourceNotFoundException e) {
            return Optional.empty();
        }
        return Optional.of(new StreamShards(page.streamStatus() == StreamStatus.ENABLED, List.copyOf(shards)));
    }

    /** The time at which a shard was opened, which its id contains; empty for an id of another form. */
    public static Optional<Instant> opened(String shardId) {
        Matcher id = SHARD_ID.matcher(shardId);
        return id.matches() ? Optional.of(Instant.ofEpochMilli(Long.parseLong(id.group(1)))) : Optional.empty();
    }

    public boolean contains(String shardId) {
        return all.stream().anyMatch(shard -> shard.shardId().equals(shardId));
    }

    List<Shard> childrenOf(String shardId) {
        return all.stream()
                .filter(shard -> shardId.equals(shard.parentShardId()))
                .toList();
    }

    /** Shards that take changes. */
    public List<Shard> open() {
        return all.stream().filter(shard -> ending(shard).isEmpty()).toList();
    }

    /** Whether every shard is closed, so that the stream takes no more changes. */
    public boolean allClosed() {
        return open().isEmpty();
    }

    /**
     * Shards that no worker reads, because they have no lease. A shard whose lease was deleted after its end is not among
     * them: all its children have leases.
     */
    public List<Shard> withoutLease(Set<String> leased) {
        return all.stream().filter(shard -> !known(shard, leased)).toList();
    }

    /**
     * Shards that begin at a lower sequence number than the last one of their parent, which breaks the order of versions:
     * later changes of an item would count as older than changes from before.
     */
    public List<Shard> startingBelowParent() {
        Map<String, BigInteger> ends = all.stream()
                .filter(shard -> ending(shard).isPresent())
                .collect(toMap(Shard::shardId, shard -> ending(shard).orElseThrow()));
        return all.stream()
                .filter(shard -> shard.parentShardId() != null && ends.containsKey(shard.parentShardId()))
                .filter(shard -> starting(shard)
                        .filter(start -> start.compareTo(ends.get(shard.parentShardId())) < 0)
                        .isPresent())
                .toList();
    }

    private static Optional<BigInteger> starting(Shard shard) {
        return Optional.ofNullable(shard.sequenceNumberRange())
                .map(SequenceNumberRange::startingSequenceNumber)
                .map(BigInteger::new);
    }

    private static Optional<BigInteger> ending(Shard shard) {
        return Optional.ofNullable(shard.sequenceNumberRange())
                .map(SequenceNumberRange::endingSequenceNumber)
                .map(BigInteger::new);
    }

    private boolean known(Shard shard, Set<String> leased) {
        if (leased.contains(shard.shardId())) {
            return true;
        }
        List<Shard> children = childrenOf(shard.shardId());
        return !children.isEmpty() && children.stream().allMatch(child -> known(child, leased));
    }
}
