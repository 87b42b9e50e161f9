package dev.tributary.stream.read;

import dev.tributary.stream.lease.StreamGap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
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
 * takes a vanished shard for a finished one. Here what the stream no longer has is a {@link StreamGap}, and {@link Gaps}
 * tells whether reading goes on past it.
 *
 * <p>Where nothing can be read, KCL is answered with no records. An exception would do as well, but after 35 s without an
 * answer KCL takes its subscription for dead, and writes an error every time it starts it anew.
 */
public final class ShardFetcher extends DynamoDbFetcher {

    private static final Logger log = LoggerFactory.getLogger(ShardFetcher.class);

    /** GetRecords returns no more than that. */
    private static final int MAX_RECORDS = 1000;

    private static final Duration ERROR_PAUSE = Duration.ofMillis(100);
    private static final Duration MAX_ERROR_PAUSE = Duration.ofSeconds(5);

    private final DynamoDbStreamsClient client;
    private final String streamArn;
    private final StreamIdentifier streamIdentifier;
    private final String shardId;
    private final MemoryBudget.Shard readAhead;
    private final FetchListener listener;
    private final Gaps gaps;
    private final ChildShards children;

    private @Nullable String iterator;
    private boolean shardEnd;
    private String position = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private int errors;

    /** Nobody has read the shard yet, and whether a gap is in front of it has not been asked. */
    private boolean unread;

    /** A position that was trimmed, and past which reading went on; KCL may come back to it. */
    private @Nullable String trimmed;

    /** At which the shard stands still. */
    private StreamGap.@Nullable Vanished vanished;

    public ShardFetcher(
            DynamoDbStreamsClient client,
            String streamArn,
            StreamIdentifier streamIdentifier,
            String shardId,
            MemoryBudget.Shard readAhead,
            FetchListener listener,
            Gaps gaps) {
        this.client = client;
        this.streamArn = streamArn;
        this.streamIdentifier = streamIdentifier;
        this.shardId = shardId;
        this.readAhead = readAhead;
        this.listener = listener;
        this.gaps = gaps;
        this.children = new ChildShards(client, streamArn);
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
        moveTo(sequenceNumber);
        iterator = null;
        shardEnd = ExtendedSequenceNumber.SHARD_END.sequenceNumber().equals(sequenceNumber);
        unread = fromHorizon();
    }

    @Override
    public void restartIterator() {
        iterator = null;
    }

    @Override
    public void resetIterator(
            @Nullable String shardIterator, String sequenceNumber, InitialPositionInStreamExtended initialPosition) {
        iterator = shardIterator;
        moveTo(sequenceNumber);
        shardEnd = false;
        readAhead.restarted();
    }

    private void moveTo(String sequenceNumber) {
        position =
                sequenceNumber.equals(trimmed) ? ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber() : sequenceNumber;
    }

    @Override
    public DataFetcherResult getRecords() {
        if (shardEnd) {
            return new Read(new FetchedRecords(new ArrayList<>(), List.of(), null));
        }
        if (!readAhead.mayRead()) {
            // To wait here would hold up KCL's dispatcher; so it is an empty read, and the next one after the pause.
            listener.waits(shardId);
            return new Nothing();
        }
        long bytes = 0;
        try {
            FetchedRecords fetched = fetch();
            if (fetched == null) {
                pauseAfterError();
                return new Nothing();
            }
            bytes = fetched.footprint();
            errors = 0;
            unread = false;
            listener.fetched(shardId);
            return new Read(fetched);
        } catch (AbortedException e) {
            // The interrupt with which KCL stops its polling thread.
            Thread.currentThread().interrupt();
            throw new RetryableRetrievalException("stopped", e);
        } catch (SdkException | CompletionException e) {
            // What DynamoDB Local says of a shard that was empty is no failure.
            if (!(e instanceof TrimmedDataAccessException && fromHorizon())) {
                listener.failed(shardId, e);
            }
            pauseAfterError();
            return new Nothing();
        } finally {
            readAhead.read(bytes);
        }
    }

    /** Null if the shard stands still. */
    private @Nullable FetchedRecords fetch() {
        try {
            if (unread) {
                Optional<StreamGap.OfShard> before = gaps.before(shardId);
                if (before.isPresent()) {
                    if (!gaps.pass(before.get())) {
                        return null;
                    }
                    unread = false;
                }
            }
            if (iterator == null) {
                iterator = shardIterator();
            }
            String current = iterator;
            GetRecordsResponse response =
                    client.getRecords(request -> request.shardIterator(current).limit(MAX_RECORDS));
            List<KinesisClientRecord> records =
                    new ArrayList<>(response.records().size());
            for (Record record : response.records()) {
                records.add(StreamRecord.of(record, position));
            }
            String next = response.nextShardIterator();
            return new FetchedRecords(records, next == null ? children.await(shardId) : List.of(), next);
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
            return trimmed();
        } catch (ResourceNotFoundException e) {
            iterator = null;
            return missing(e);
        }
    }

    private @Nullable FetchedRecords trimmed() {
        if (!gaps.pass(new StreamGap.Trimmed(shardId, position))) {
            return null;
        }
        trimmed = position;
        moveTo(position);
        return fetch();
    }

    private @Nullable FetchedRecords missing(ResourceNotFoundException e) {
        if (vanished == null) {
            Optional<StreamShards> stream = StreamShards.of(client, streamArn);
            if (stream.isEmpty()) {
                gaps.streamIsGone();
                return null;
            }
            if (stream.get().contains(shardId)) {
                throw e;
            }
            // Only now: who goes on to another stream says so first, and makes the leases of its shards afterwards.
            if (!gaps.current()) {
                return null;
            }
            vanished = new StreamGap.Vanished(shardId, position);
        }
        if (!gaps.pass(vanished)) {
            return null;
        }
        return new FetchedRecords(new ArrayList<>(), children.now(shardId), null);
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

    /** KCL asks again at once after an error, whatever its sleep controller says. */
    private void pauseAfterError() {
        long pause = ERROR_PAUSE.toMillis() << Math.min(errors++, 10);
        InterruptibleSleep.of(Duration.ofMillis(Math.min(pause, MAX_ERROR_PAUSE.toMillis())));
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
    private final class Nothing extends DynamoDbFetcher.Result {
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
