package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStreams;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class StreamShardsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static Shard shard(String id, @Nullable String parent, @Nullable String first, @Nullable String last) {
        return Shard.builder()
                .shardId(id)
                .parentShardId(parent)
                .sequenceNumberRange(
                        range -> range.startingSequenceNumber(first).endingSequenceNumber(last))
                .build();
    }

    @Test
    void aShardThatStartsBelowTheEndOfItsParentIsFound() {
        Shard low = shard("low", "parent", "820400000000000001192333", null);
        StreamShards shards = new StreamShards(
                true,
                List.of(
                        shard("parent", null, "20500000000000000910398", "820400000000000001192334"),
                        low,
                        shard("equal", "parent", "820400000000000001192334", null),
                        shard("longer", "parent", "1683700000000000001135967", null)));
        assertThat(shards.startingBelowParent()).containsExactly(low);
    }

    @Test
    void aShardIsNotComparedWithAParentThatIsOpenOrNoLongerInTheStream() {
        assertThat(new StreamShards(
                                true,
                                List.of(
                                        shard("open", null, "9", null),
                                        shard("child", "open", "1", null),
                                        shard("orphan", "trimmed", "1", null),
                                        Shard.builder().shardId("no range").build()))
                        .startingBelowParent())
                .isEmpty();
    }

    @Test
    void shardsOfDynamoDbLocalStartAboveTheirParents() {
        String table = dynamo.createTable("items", "id:S", true);
        for (int roll = 0; roll < 3; roll++) {
            dynamo.client().putItem(request -> request.tableName(table).item(Map.of("id", AttributeValue.fromS("a"))));
            dynamo.rollShards();
        }
        StreamShards shards =
                StreamShards.of(dynamo.streamsClient(), dynamo.streamArn(table)).orElseThrow();
        assertThat(shards.all()).as("rolls and splits").hasSizeGreaterThan(3);
        assertThat(shards.startingBelowParent()).isEmpty();
    }

    @Test
    void shardsOfTheSimulationStartAboveTheirParents() {
        try (SimulatedStreams endpoint = new SimulatedStreams();
                DynamoDbStreamsClient client =
                        endpoint.configure(DynamoDbStreamsClient.builder()).build()) {
            var stream = endpoint.create("items", 1);
            stream.roots().get(0).split().forEach(SimulatedShard::roll);
            assertThat(StreamShards.of(client, stream.arn()).orElseThrow().startingBelowParent())
                    .isEmpty();
        }
    }
}
