package dev.tributary.stream.read;

import dev.tributary.stream.lease.StreamGap;
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
 * <p>It replaces the adapter's fetcher, which runs its calls on the common pool, serialises every record to JSON, and
 * takes a vanished shard for a finished one. Here, records that the stream no longer has are a {@link StreamGap}, and
 * {@link GapHandler} decides whether reading continues past it.
 *
 * <p>The pauses between reads are here and not in KCL, whose sleep cannot be ended early.
 *
 * <p>If nothing can be read, KCL gets an answer without records. It would accept an exception too, but after 35 s without
 * an answer KCL restarts its subscription and logs an error each time.
 */
public final class ShardFetcher extends DynamoDbFetcher {

    private static final Logger log = LoggerFactory.getLogger(ShardFetcher.class);

    /** The maximum of GetRecords. */
    private static final int MAX_RECORDS = 1000;

    private final DynamoDbStreamsClient client;
    private final String streamArn;
    private final StreamIdentifier streamIdentifier;
    private final String shardId;
    private final MemoryBudget.Shard memory;
    private final PollPauses.Pause pause;
    private final FetchListener listener;
    private final GapHandler gaps;
    private final ChildShards children;
    private final ShardCursor cursor;

    /** Whether a gap in front of the shard is still to be looked for: no worker has read the shard. */
    private boolean unread;

    /** The gap that blocks the shard, which is no longer in the stream. */
    private StreamGap.@Nullable Vanished vanished;

    public ShardFetcher(
            DynamoDbStreamsClient client,
            String streamArn,
            StreamIdentifier streamIdentifier,
            String shardId,
            MemoryBudget.Shard memory,
            PollPauses.Pause pause,
            FetchListener listener,
            GapHandler gaps) {
        this.client = client;
        this.streamArn = streamArn;
        this.streamIdentifier = streamIdentifier;
        this.shardId = shardId;
        this.memory = memory;
        this.pause = pause;
        this.listener = listener;
        this.gaps = gaps;
        this.children = new ChildShards(client, streamArn);
        this.cursor = new ShardCursor(client, streamArn, shardId);
    }

    @Override
    public void initialize(ExtendedSequenceNumber checkpoint, InitialPositionInStreamExtended initialPosition) {
        advanceIteratorTo(checkpoint.sequenceNumber(), initialPosition);
    }

    @Override
    public void initialize(String checkpoint, InitialPositionInStreamExtended initialPosition) {
        advanceIteratorTo(checkpoint, initialPosition);
    }

    /** Only sets the position. The first read gets the iterator, so that its failures are handled there. */
    @Override
    public void advanceIteratorTo(String sequenceNumber, InitialPositionInStreamExtended initialPosition) {
        cursor.moveTo(sequenceNumber);
        unread = cursor.atHorizon();
    }

    @Override
    public void restartIterator() {
        cursor.dropIterator();
    }

    @Override
    public void resetIterator(
            @Nullable String shardIterator, String sequenceNumber, InitialPositionInStreamExtended initialPosition) {
        cursor.moveTo(sequenceNumber, shardIterator);
        memory.restarted();
    }

    @Override
    public DataFetcherResult getRecords() {
        if (cursor.atShardEnd()) {
            return new Read(new FetchedRecords(new ArrayList<>(), List.of(), null));
        }
        try {
            pause.await();
        } catch (InterruptedException e) {
            // KCL interrupts its polling thread to stop it.
            Thread.currentThread().interrupt();
            throw new RetryableRetrievalException("stopped", e);
        }
        if (!memory.mayRead()) {
            // An empty read instead of a wait, which would hold up KCL's dispatcher; the poll interval follows.
            listener.waits(shardId);
            pause.waits();
            return new NothingRead();
        }
        long bytes = 0;
        try {
            FetchedRecords fetched = fetch();
            if (fetched == null) {
                pause.failed();
                return new NothingRead();
            }
            bytes = fetched.heapBytes();
            unread = false;
            pause.read(fetched.records().size());
            listener.fetched(shardId);
            return new Read(fetched);
        } catch (AbortedException e) {
            Thread.currentThread().interrupt();
            throw new RetryableRetrievalException("stopped", e);
        } catch (SdkException | CompletionException e) {
            // No failure: DynamoDB Local answers this for a shard that was empty.
            if (!(e instanceof TrimmedDataAccessException && cursor.atHorizon())) {
                listener.failed(shardId, e);
            }
            pause.failed();
            return new NothingRead();
        } finally {
            memory.read(bytes);
        }
    }

    /** Null if the shard is blocked. */
    private @Nullable FetchedRecords fetch() {
        try {
            if (unread) {
                Optional<StreamGap.OfShard> before = gaps.before(shardId);
                if (before.isPresent() && !gaps.pass(before.get())) {
                    return null;
                }
                unread = before.isEmpty();
            }
            String iterator = cursor.openIterator();
            GetRecordsResponse response =
                    client.getRecords(request -> request.shardIterator(iterator).limit(MAX_RECORDS));
            List<KinesisClientRecord> records =
                    new ArrayList<>(response.records().size());
            for (Record record : response.records()) {
                records.add(StreamRecord.of(record, cursor.position()));
            }
            String next = response.nextShardIterator();
            return new FetchedRecords(records, next == null ? children.await(shardId) : List.of(), next);
        } catch (ExpiredIteratorException e) {
            cursor.dropIterator();
            log.debug("{}: iterator expired, continuing after {}", shardId, cursor.position());
            return fetch();
        } catch (TrimmedDataAccessException e) {
            cursor.dropIterator();
            if (cursor.atHorizon()) {
                // Nothing was read before, so nothing is missing; DynamoDB Local answers this for a shard that was
                // empty.
                throw e;
            }
            return afterTrim();
        } catch (ResourceNotFoundException e) {
            cursor.dropIterator();
            return missing(e);
        }
    }

    private @Nullable FetchedRecords afterTrim() {
        if (!gaps.pass(new StreamGap.Trimmed(shardId, cursor.position()))) {
            return null;
        }
        cursor.passTrimmed();
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
            // Checked last: a worker that switches streams records the switch before it creates the new leases.
            if (!gaps.streamIsCurrent()) {
                return null;
            }
            vanished = new StreamGap.Vanished(shardId, cursor.position());
        }
        if (!gaps.pass(vanished)) {
            return null;
        }
        return new FetchedRecords(new ArrayList<>(), children.now(shardId), null);
    }

    /** A read that moves the cursor once KCL accepts it. */
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
            cursor.moveBehind(records.records(), records.nextShardIterator());
            return records;
        }

        @Override
        public boolean isShardEnd() {
            return cursor.atShardEnd();
        }
    }

    /** Nothing was read, and the cursor does not move. */
    private final class NothingRead extends DynamoDbFetcher.Result {
        @Override
        public GetRecordsResponseAdapter getResultAdapter() {
            return new FetchedRecords(new ArrayList<>(), List.of(), cursor.iterator());
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
        return cursor.atShardEnd();
    }
}
