package dev.tributary.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The simulated endpoint answers the SDK as DynamoDB's does. */
class SimulatedStreamsTest {

    private final SimulatedStreams endpoint = new SimulatedStreams();
    private final DynamoDbStreamsClient client = endpoint.configure(DynamoDbStreamsClient.builder())
            .httpClientBuilder(ApacheHttpClient.builder())
            .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
    private final SimulatedStream stream = endpoint.create("users", 1);
    private final SimulatedShard shard = stream.roots().get(0);

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
    }

    @Test
    void manyShardsAreDescribedInPagesOfAHundred() {
        SimulatedStream large = endpoint.create("large", 250);
        List<Integer> pages = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        String last = null;
        do {
            String start = last;
            StreamDescription page = client.describeStream(
                            request -> request.streamArn(large.arn()).exclusiveStartShardId(start))
                    .streamDescription();
            pages.add(page.shards().size());
            page.shards().forEach(described -> ids.add(described.shardId()));
            last = page.lastEvaluatedShardId();
        } while (last != null);

        assertThat(pages).containsExactly(100, 100, 50);
        assertThat(ids).isEqualTo(large.roots().stream().map(SimulatedShard::id).toList());
    }

    @Test
    void childrenOfAnEndedShardAreFoundByTheFilter() {
        List<SimulatedShard> children = shard.split();
        SimulatedShard grandchild = children.get(0).roll();

        List<Shard> found = client.describeStream(request -> request.streamArn(stream.arn())
                        .shardFilter(filter ->
                                filter.type(ShardFilterType.CHILD_SHARDS).shardId(shard.id())))
                .streamDescription()
                .shards();

        assertThat(found)
                .extracting(Shard::shardId)
                .containsExactly(children.get(0).id(), children.get(1).id());
        assertThat(found).extracting(Shard::parentShardId).containsOnly(shard.id());
        assertThat(found.get(0).sequenceNumberRange().endingSequenceNumber()).isNotNull();
        assertThat(found.get(1).sequenceNumberRange().endingSequenceNumber()).isNull();
        assertThat(grandchild.parent()).isSameAs(children.get(0));
    }

    @Test
    void sequenceNumbersGrowThroughAllLengthsFromParentToChild() {
        List<BigInteger> numbers = new ArrayList<>();
        SimulatedShard current = shard;
        for (int roll = 0; roll < 12; roll++) {
            for (int record = 0; record < 30; record++) {
                numbers.add(new BigInteger(put(current, "a", record)));
            }
            current = current.roll();
        }

        assertThat(numbers).isSortedAccordingTo(Comparator.naturalOrder()).doesNotHaveDuplicates();
        assertThat(numbers.get(0).toString()).hasSize(21);
        assertThat(numbers.stream().map(number -> number.toString().length()).distinct())
                .contains(22, 23, 24, 25)
                .allMatch(length -> length <= 25);
    }

    @Test
    void iteratorsStartAtThePositionOfTheirType() {
        String first = put(shard, "a", 1);
        String second = put(shard, "a", 2);
        String third = put(shard, "a", 3);

        assertThat(read(iterator(ShardIteratorType.TRIM_HORIZON, null))).containsExactly(first, second, third);
        assertThat(read(iterator(ShardIteratorType.AT_SEQUENCE_NUMBER, second))).containsExactly(second, third);
        assertThat(read(iterator(ShardIteratorType.AFTER_SEQUENCE_NUMBER, second)))
                .containsExactly(third);
        String latest = iterator(ShardIteratorType.LATEST, null);
        assertThat(read(latest)).isEmpty();
        String fourth = put(shard, "a", 4);
        assertThat(read(latest)).containsExactly(fourth);
    }

    @Test
    void anEndedShardIsReadToItsEndAndTakesNothingMore() {
        put(shard, "a", 1);
        put(shard, "a", 2);
        String iterator = iterator(ShardIteratorType.TRIM_HORIZON, null);
        shard.roll();

        var first = client.getRecords(request -> request.shardIterator(iterator).limit(1));
        var second = client.getRecords(request -> request.shardIterator(first.nextShardIterator()));

        assertThat(first.nextShardIterator()).isNotNull();
        assertThat(second.records()).hasSize(1);
        assertThat(second.nextShardIterator()).isNull();
        assertThatThrownBy(() -> put(shard, "a", 3)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void iteratorsExpireOnCommandAndAfterAQuarterOfAnHour() {
        String first = iterator(ShardIteratorType.TRIM_HORIZON, null);
        endpoint.advance(Duration.ofMinutes(14));
        String second =
                client.getRecords(request -> request.shardIterator(first)).nextShardIterator();
        endpoint.advance(Duration.ofMinutes(2));
        read(second);
        assertThatThrownBy(() -> read(first)).isInstanceOf(ExpiredIteratorException.class);

        endpoint.expireIterators();
        assertThatThrownBy(() -> read(second)).isInstanceOf(ExpiredIteratorException.class);
    }

    @Test
    void trimmedRecordsAreRefusedAndTheHorizonMoves() {
        String first = put(shard, "a", 1);
        String old = iterator(ShardIteratorType.TRIM_HORIZON, null);
        String second = put(shard, "a", 2);
        shard.trimThrough(first);

        assertThatThrownBy(() -> read(old)).isInstanceOf(TrimmedDataAccessException.class);
        assertThatThrownBy(() -> iterator(ShardIteratorType.AFTER_SEQUENCE_NUMBER, first))
                .isInstanceOf(TrimmedDataAccessException.class);
        assertThat(read(iterator(ShardIteratorType.TRIM_HORIZON, null))).containsExactly(second);
    }

    @Test
    void vanishedShardsAndDeletedStreamsAreNotFound() {
        String iterator = iterator(ShardIteratorType.TRIM_HORIZON, null);
        shard.vanish();
        assertThatThrownBy(() -> read(iterator)).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> iterator(ShardIteratorType.TRIM_HORIZON, null))
                .isInstanceOf(ResourceNotFoundException.class);

        SimulatedStream successor = endpoint.create("users", 1);
        endpoint.delete(stream);
        assertThatThrownBy(() -> client.describeStream(request -> request.streamArn(stream.arn())))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(client.listStreams(request -> request.tableName("users")).streams())
                .extracting(software.amazon.awssdk.services.dynamodb.model.Stream::streamArn)
                .containsExactly(successor.arn());
    }

    @Test
    void aDisabledStreamEndsItsShards() {
        put(shard, "a", 1);
        String iterator = iterator(ShardIteratorType.TRIM_HORIZON, null);
        stream.disable();

        StreamDescription described = client.describeStream(request -> request.streamArn(stream.arn()))
                .streamDescription();
        assertThat(described.streamStatusAsString()).isEqualTo("DISABLED");
        assertThat(described.shards().get(0).sequenceNumberRange().endingSequenceNumber())
                .isNotNull();
        assertThat(client.getRecords(request -> request.shardIterator(iterator)).nextShardIterator())
                .isNull();
    }

    /** The SDK's model has no throughput exception for streams, so only its code identifies it. */
    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(Fault.limitExceeded(), LimitExceededException.class, "LimitExceededException"),
                Arguments.of(
                        Fault.throughputExceeded(), DynamoDbException.class, "ProvisionedThroughputExceededException"),
                Arguments.of(Fault.internalError(), InternalServerErrorException.class, "InternalServerError"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultsAreTheExceptionsOfTheSdkForTheGivenNumberOfCalls(
            Fault fault, Class<? extends DynamoDbException> expected, String code) {
        SimulatedShard other = shard.roll();
        endpoint.faults().next(1, Operation.GetShardIterator, shard, fault);

        iterator(other, ShardIteratorType.TRIM_HORIZON, null);
        assertThatThrownBy(() -> iterator(ShardIteratorType.TRIM_HORIZON, null))
                .isInstanceOfSatisfying(expected, thrown -> {
                    assertThat(thrown.awsErrorDetails().errorCode()).isEqualTo(code);
                    assertThat(thrown.awsErrorDetails().errorMessage()).isEqualTo(fault.message());
                });
        iterator(ShardIteratorType.TRIM_HORIZON, null);
        assertThat(endpoint.calls().count(Operation.GetShardIterator, shard)).isEqualTo(2);
    }

    @Test
    void everyAttributeTypeTravels() {
        Map<String, AttributeValue> image = Map.of(
                "s", AttributeValue.fromS("Zürich \u0000"),
                "n", AttributeValue.fromN("-1.5E-100"),
                "b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1})),
                "bool", AttributeValue.fromBool(true),
                "null", AttributeValue.fromNul(true),
                "ss", AttributeValue.fromSs(List.of("x", "y")),
                "ns", AttributeValue.fromNs(List.of("1", "2")),
                "bs", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("z"))),
                "l", AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of()))));
        Map<String, AttributeValue> keys = Map.of("s", image.get("s"));
        shard.modify(keys, Map.of(), image);
        shard.remove(keys, image);

        List<Record> records = client.getRecords(
                        request -> request.shardIterator(iterator(ShardIteratorType.TRIM_HORIZON, null)))
                .records();
        assertThat(records).extracting(Record::eventName).containsExactly(OperationType.MODIFY, OperationType.REMOVE);
        assertThat(records.get(0).dynamodb().keys()).isEqualTo(keys);
        assertThat(records.get(0).dynamodb().newImage()).isEqualTo(image);
        assertThat(records.get(1).dynamodb().oldImage()).isEqualTo(image);
        assertThat(records.get(1).dynamodb().hasNewImage()).isFalse();
    }

    private String iterator(ShardIteratorType type, String sequenceNumber) {
        return iterator(shard, type, sequenceNumber);
    }

    private String iterator(SimulatedShard of, ShardIteratorType type, String sequenceNumber) {
        return client.getShardIterator(request -> request.streamArn(stream.arn())
                        .shardId(of.id())
                        .shardIteratorType(type)
                        .sequenceNumber(sequenceNumber))
                .shardIterator();
    }

    private List<String> read(String iterator) {
        return client.getRecords(request -> request.shardIterator(iterator)).records().stream()
                .map(record -> record.dynamodb().sequenceNumber())
                .toList();
    }

    private static String put(SimulatedShard shard, String id, int n) {
        Map<String, AttributeValue> keys = Map.of("id", AttributeValue.fromS(id));
        return shard.insert(
                keys, Map.of("id", AttributeValue.fromS(id), "n", AttributeValue.fromN(Integer.toString(n))));
    }
}
