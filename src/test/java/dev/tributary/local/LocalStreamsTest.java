package dev.tributary.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tributary.dynamo.TableControl;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;

class LocalStreamsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private String users;
    private String stream;

    @BeforeEach
    void createTable() {
        users = dynamo.createTable("users", "email:S", true);
        stream = dynamo.streamArn(users);
    }

    @Test
    void onlyArnsOfDynamoDbLocalAreTranslated() {
        String local = "arn:aws:dynamodb:ddblocal:000000000000:table/users/stream/2026-01-01T00:00:00.000";
        String aws = "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-01-01T00:00:00.000";
        String china = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/users/stream/2026-01-01T00:00:00.000";

        assertThat(LocalStreams.isLocal(local)).isTrue();
        assertThat(LocalStreams.isLocal(aws)).isFalse();
        assertThat(LocalStreams.toAws(local)).isEqualTo(aws);
        assertThat(LocalStreams.toAws(china)).isEqualTo(china);
    }

    @Test
    void streamIsDescribedByTheNameOfAnAwsRegion() {
        assertThat(stream).startsWith("arn:aws:dynamodb:us-east-1:");

        StreamDescription description = describe();

        assertThat(description.streamArn()).isEqualTo(stream);
        assertThat(description.tableName()).isEqualTo(users);
        assertThat(description.shards()).hasSize(1);
    }

    @Test
    void recordsAreReadThroughAnIterator() {
        put("ada@example.com");
        dynamo.client().deleteItem(delete -> delete.tableName(users).key(item("ada@example.com")));

        List<Record> records = records(describe().shards().get(0).shardId());

        assertThat(records).extracting(Record::eventName).containsExactly(OperationType.INSERT, OperationType.REMOVE);
        assertThat(records.get(1).dynamodb().oldImage()).isEqualTo(item("ada@example.com"));
    }

    @Test
    void removalByTtlIsARemovalByTheService() {
        new TableControl(dynamo.asyncClient(), users).enableTtl("expires").join();
        Map<String, AttributeValue> expired =
                Map.of("email", AttributeValue.fromS("ada@example.com"), "expires", AttributeValue.fromN(anHourAgo()));
        dynamo.client().putItem(put -> put.tableName(users).item(expired));

        String shard = describe().shards().get(0).shardId();
        List<Record> records = await().atMost(Duration.ofMinutes(1)) // Local looks every ten seconds
                .until(() -> records(shard), found -> found.size() == 2);

        Record removal = records.get(1);
        assertThat(removal.eventName()).isEqualTo(OperationType.REMOVE);
        assertThat(removal.userIdentity().principalId()).isEqualTo("dynamodb.amazonaws.com");
        assertThat(removal.dynamodb().oldImage()).isEqualTo(expired);
    }

    @Test
    void childShardsAreThoseOfTheShardAskedFor() {
        dynamo.createTable("other", "id:S");
        String first = describe().shards().get(0).shardId();
        assertThat(childrenOf(first)).isEmpty();

        dynamo.rollShards();
        List<Shard> children = childrenOf(first);
        assertThat(children).singleElement().extracting(Shard::parentShardId).isEqualTo(first);

        dynamo.rollShards();
        String second = children.get(0).shardId();
        assertThat(describe().shards()).hasSize(3);
        assertThat(childrenOf(first)).extracting(Shard::shardId).containsExactly(second);
        assertThat(childrenOf(second))
                .singleElement()
                .extracting(Shard::parentShardId)
                .isEqualTo(second);
    }

    @Test
    void recordsAfterARollAreInTheChild() {
        put("before@example.com");
        dynamo.rollShards();
        put("after@example.com");

        String parent = describe().shards().get(0).shardId();
        String child = childrenOf(parent).get(0).shardId();

        assertThat(records(parent)).extracting(LocalStreamsTest::email).containsExactly("before@example.com");
        assertThat(records(child)).extracting(LocalStreamsTest::email).containsExactly("after@example.com");
    }

    @Test
    void agedIteratorIsExpiredAndAgedRecordsAreTrimmed() {
        put("old@example.com");
        String shard = describe().shards().get(0).shardId();
        String old = records(shard).get(0).dynamodb().sequenceNumber();
        String before = iterator(shard);

        dynamo.age(Duration.ofHours(25));

        assertThatExceptionOfType(ExpiredIteratorException.class)
                .isThrownBy(() -> dynamo.streamsClient().getRecords(request -> request.shardIterator(before)));
        String after = dynamo.streamsClient()
                .getShardIterator(request -> request.streamArn(stream)
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                        .sequenceNumber(old))
                .shardIterator();
        assertThatExceptionOfType(TrimmedDataAccessException.class)
                .isThrownBy(() -> dynamo.streamsClient().getRecords(request -> request.shardIterator(after)));
    }

    private StreamDescription describe() {
        return dynamo.streamsClient()
                .describeStream(request -> request.streamArn(stream))
                .streamDescription();
    }

    private List<Shard> childrenOf(String shard) {
        return dynamo.streamsClient()
                .describeStream(request -> request.streamArn(stream)
                        .shardFilter(filter ->
                                filter.type(ShardFilterType.CHILD_SHARDS).shardId(shard)))
                .streamDescription()
                .shards();
    }

    private List<Record> records(String shard) {
        String iterator = iterator(shard);
        return dynamo.streamsClient()
                .getRecords(request -> request.shardIterator(iterator))
                .records();
    }

    private String iterator(String shard) {
        return dynamo.streamsClient()
                .getShardIterator(request ->
                        request.streamArn(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }

    private void put(String email) {
        dynamo.client().putItem(put -> put.tableName(users).item(item(email)));
    }

    private static Map<String, AttributeValue> item(String email) {
        return Map.of("email", AttributeValue.fromS(email));
    }

    private static String anHourAgo() {
        return Long.toString(Instant.now().minus(Duration.ofHours(1)).getEpochSecond());
    }

    private static String email(Record record) {
        return record.dynamodb().keys().get("email").s();
    }
}
