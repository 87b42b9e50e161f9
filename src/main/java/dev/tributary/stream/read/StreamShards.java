package dev.tributary.stream.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The shards of a stream at one moment. */
public record StreamShards(List<Shard> all) {

    /** Asks for all pages; empty if there is no such stream. */
    public static Optional<StreamShards> of(DynamoDbStreamsClient client, String streamArn) {
        List<Shard> shards = new ArrayList<>();
        DescribeStreamRequest.Builder request = DescribeStreamRequest.builder().streamArn(streamArn);
        try {
            StreamDescription page;
            do {
                page = client.describeStream(request.build()).streamDescription();
                shards.addAll(page.shards());
                request.exclusiveStartShardId(page.lastEvaluatedShardId());
            } while (page.lastEvaluatedShardId() != null);
        } catch (ResourceNotFoundException e) {
            return Optional.empty();
        }
        return Optional.of(new StreamShards(List.copyOf(shards)));
    }

    boolean contains(String shardId) {
        return all.stream().anyMatch(shard -> shard.shardId().equals(shardId));
    }

    List<Shard> childrenOf(String shardId) {
        return all.stream()
                .filter(shard -> shardId.equals(shard.parentShardId()))
                .toList();
    }

    /** Whether no shard takes changes any more. */
    public boolean allClosed() {
        return all.stream()
                .allMatch(shard -> shard.sequenceNumberRange() != null
                        && shard.sequenceNumberRange().endingSequenceNumber() != null);
    }

    /**
     * Shards that nobody reads, because they have no lease. Those whose lease was cleaned up after their end are not
     * among them: all their children have leases.
     */
    public List<Shard> withoutLease(Set<String> leased) {
        return all.stream().filter(shard -> !known(shard, leased)).toList();
    }

    private boolean known(Shard shard, Set<String> leased) {
        if (leased.contains(shard.shardId())) {
            return true;
        }
        List<Shard> children = childrenOf(shard.shardId());
        return !children.isEmpty() && children.stream().allMatch(child -> known(child, leased));
    }
}
