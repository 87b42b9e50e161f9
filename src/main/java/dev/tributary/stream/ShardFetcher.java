package dev.tributary.stream;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.retrieval.DataFetcherResult;
import software.amazon.kinesis.retrieval.GetRecordsResponseAdapter;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.RetryableRetrievalException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Reads one shard for KCL, on KCL's polling thread.
 *
 * <p>In place of the adapter's fetcher, which runs its calls on the common pool, serialises records nobody reads, and
 * takes a vanished shard for a finished one. Here a position that the stream no longer has is a {@link StreamGap}: it is
 * reported and the shard stands still, because skipping would lose changes without a word.
 */
final class ShardFetcher extends DynamoDbFetcher {

    private static final Logger log = LoggerFactory.getLogger(ShardFetcher.class);

    /** GetRecords returns no more than that. */
    private static final int MAX_RECORDS = 1000;

    /** The end of a shard can be seen before its children are. */
    private static final int CHILD_LOOKUPS = 10;

    private static final Duration ERROR_PAUSE = Duration.ofMillis(100);
    private static final Duration MAX_ERROR_PAUSE = Duration.ofSeconds(5);

    /** Adapter and KCL want a hash key range of every lease; DynamoDB shards have none, so all have the same. */
    private static final HashKeyRange NO_RANGE = HashKeyRange.builder()
            .startingHashKey(BigInteger.ZERO.toString())
            .endingHashKey(BigInteger.ONE.toString())
            .build();

    private final DynamoDbStreamsClient client;
    private final String streamArn;
    private final StreamIdentifier streamIdentifier;
    private final String shardId;
    private final ReadAhead.Shard readAhead;
    private final FetchListener listener;

    private @Nullable String iterator;
    private boolean shardEnd;
    private String position = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private int errors;

    ShardFetcher(
            DynamoDbStreamsClient client,
            String streamArn,
            StreamIdentifier streamIdentifier,
            String shardId,
            ReadAhead.Shard readAhead,
            FetchListener listener) {
        this.client = client;
        this.streamArn = streamArn;
        this.streamIdentifier = streamIdentifier;
        this.shardId = shardId;
        this.readAhead = readAhead;
        this.listener = listener;
    }

    @Override
    public void initialize(ExtendedSequenceNumber checkpoint, InitialPositionInStreamExtended initialPosition) {
        advanceIteratorTo(checkpoint.sequenceNumber(), initialPosition);
    }

    @Override
    public void initialize(String checkpoint, InitialPositionInStreamExtended initialPosition) {
        advanceIteratorTo(checkpoint, initialPosition);
    }

    /** Only notes the position; the iterator is fetched with the first read, so that its failures are handled there. */
    @Override
    public void advanceIteratorTo(String sequenceNumber, InitialPositionInStreamExtended initialPosition) {
        position = sequenceNumber;
        iterator = null;
        shardEnd = ExtendedSequenceNumber.SHARD_END.sequenceNumber().equals(sequenceNumber);
    }

    @Override
    public void restartIterator() {
        iterator = null;
    }

    @Override
    public void resetIterator(
            @Nullable String shardIterator, String sequenceNumber, InitialPositionInStreamExtended initialPosition) {
        iterator = shardIterator;
        position = sequenceNumber;
        shardEnd = false;
        readAhead.restarted();
    }

    @Override
    public DataFetcherResult getRecords() {
        if (shardEnd) {
            return new Read(new FetchedRecords(new ArrayList<>(), List.of(), null));
        }
        if (!readAhead.mayRead()) {
            // To wait here would hold up KCL's dispatcher; so it is an empty read, and the next one after the pause.
            return new NotNow();
        }
        long bytes = 0;
        try {
            FetchedRecords fetched = fetch();
            bytes = fetched.footprint();
            errors = 0;
            listener.fetched(shardId);
            return new Read(fetched);
        } catch (AbortedException e) {
            // The interrupt with which KCL stops its polling thread.
            Thread.currentThread().interrupt();
            throw new RetryableRetrievalException("stopped", e);
        } catch (SdkException e) {
            if (!(e instanceof TrimmedDataAccessException && fromHorizon())) {
                listener.failed(shardId, e);
            }
            pauseAfterError();
            // Any other exception KCL logs as an error with its stack, at every attempt.
            throw new RetryableRetrievalException(e.getMessage(), e);
        } finally {
            readAhead.read(bytes);
        }
    }

    private FetchedRecords fetch() {
        try {
            if (iterator == null) {
                iterator = shardIterator();
            }
            String current = iterator;
            GetRecordsResponse response =
                    client.getRecords(request -> request.shardIterator(current).limit(MAX_RECORDS));
            List<KinesisClientRecord> records =
                    new ArrayList<>(response.records().size());
            for (Record record : response.records()) {
                records.add(new StreamRecord(record));
            }
            String next = response.nextShardIterator();
            return new FetchedRecords(records, next == null ? childShards() : List.of(), next);
        } catch (ExpiredIteratorException e) {
            iterator = null;
            log.debug("{}: iterator expired, reading on after {}", shardId, position);
            return fetch();
        } catch (TrimmedDataAccessException e) {
            iterator = null;
            if (fromHorizon()) {
                // Nothing was read before, so nothing is missing; DynamoDB Local says this of a shard that was empty.
                throw e;
            }
            listener.gap(new StreamGap.Trimmed(shardId, position));
            throw e;
        } catch (ResourceNotFoundException e) {
            iterator = null;
            listener.gap(new StreamGap.ShardVanished(streamArn, shardId, position));
            throw e;
        }
    }

    private String shardIterator() {
        return client.getShardIterator(request -> {
                    request.streamArn(streamArn).shardId(shardId);
                    if (fromHorizon()) {
                        request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
                    } else {
                        request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                                .sequenceNumber(position);
                    }
                })
                .shardIterator();
    }

    private boolean fromHorizon() {
        return ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber().equals(position);
    }

    private List<ChildShard> childShards() {
        DescribeStreamRequest children = DescribeStreamRequest.builder()
                .streamArn(streamArn)
                .shardFilter(filter -> filter.type(ShardFilterType.CHILD_SHARDS).shardId(shardId))
                .build();
        for (int lookup = 0; lookup < CHILD_LOOKUPS; lookup++) {
            var stream = client.describeStream(children).streamDescription();
            if (!stream.shards().isEmpty()) {
                return stream.shards().stream().map(ShardFetcher::childShard).toList();
            }
            if (!"ENABLED".equals(stream.streamStatusAsString())) {
                return List.of();
            }
            pause(Duration.ofMillis(50L << Math.min(lookup, 4)));
        }
        log.info("{}: its child shards are not known yet; the next shard sync will find them", shardId);
        return List.of();
    }

    private static ChildShard childShard(Shard shard) {
        return ChildShard.builder()
                .shardId(shard.shardId())
                .parentShards(shard.parentShardId())
                .hashKeyRange(NO_RANGE)
                .build();
    }

    /** KCL asks again at once after an error, whatever its sleep controller says. */
    private void pauseAfterError() {
        long pause = ERROR_PAUSE.toMillis() << Math.min(errors++, 10);
        pause(Duration.ofMillis(Math.min(pause, MAX_ERROR_PAUSE.toMillis())));
    }

    /** KCL's polling loop ends on the interrupt flag. */
    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A read that has not moved the fetcher on yet; KCL accepts it when it takes the records. */
    private final class Read extends DynamoDbFetcher.Result {
        private final FetchedRecords records;

        private Read(FetchedRecords records) {
            this.records = records;
        }

        @Override
        public GetRecordsResponseAdapter getResultAdapter() {
            return records;
        }

        @Override
        public GetRecordsResponseAdapter acceptAdapter() {
            iterator = records.nextShardIterator();
            shardEnd = iterator == null;
            if (!records.records().isEmpty()) {
                position = records.records().get(records.records().size() - 1).sequenceNumber();
            }
            return records;
        }

        @Override
        public boolean isShardEnd() {
            return shardEnd;
        }
    }

    /** Nothing was read, and the fetcher stays where it is. */
    private final class NotNow extends DynamoDbFetcher.Result {
        @Override
        public GetRecordsResponseAdapter getResultAdapter() {
            return new FetchedRecords(new ArrayList<>(), List.of(), iterator);
        }

        @Override
        public GetRecordsResponseAdapter acceptAdapter() {
            return getResultAdapter();
        }

        @Override
        public boolean isShardEnd() {
            return false;
        }
    }

    @Override
    public StreamIdentifier getStreamIdentifier() {
        return streamIdentifier;
    }

    @Override
    public boolean isShardEndReached() {
        return shardEnd;
    }
}
