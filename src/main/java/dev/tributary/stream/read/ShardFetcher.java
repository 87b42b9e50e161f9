package dev.tributary.stream.read;

import dev.tributary.stream.lease.StreamGap;
import dev.tributary.telemetry.LogFields;
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
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Reads one shard.
 *
 * <p>It replaces the adapter's fetcher, which runs its calls on the common pool, serialises every record to JSON, and
 * takes a vanished shard for a finished one. Here, records that the stream no longer has are a {@link StreamGap}, and
 * {@link GapHandler} decides whether reading continues past it.
 *
 * <p>Not thread-safe: its methods are called by one thread at a time, but for {@link #drop}.
 */
final class ShardFetcher {

    private static final Logger log = LoggerFactory.getLogger(ShardFetcher.class);

    /** The maximum of GetRecords. */
    private static final int MAX_RECORDS = 1000;

    private final DynamoDbStreamsClient client;
    private final String streamArn;
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

    /** Creates the fetcher of a shard with the pauses between its reads. */
    @FunctionalInterface
    interface Factory {
        ShardFetcher create(PollPauses.Pause pause);
    }

    ShardFetcher(
            DynamoDbStreamsClient client,
            String streamArn,
            String shardId,
            MemoryBudget.Shard memory,
            PollPauses.Pause pause,
            FetchListener listener,
            GapHandler gaps) {
        this.client = client;
        this.streamArn = streamArn;
        this.shardId = shardId;
        this.memory = memory;
        this.pause = pause;
        this.listener = listener;
        this.gaps = gaps;
        this.children = new ChildShards(client, streamArn);
        this.cursor = new ShardCursor(client, streamArn, shardId);
    }

    /**
     * Only sets the position. The first read gets the iterator, so that its failures are handled there.
     *
     * @param position a sequence number behind which reading begins, or one of KCL's sentinels
     */
    void start(String position) {
        cursor.moveTo(position);
        unread = cursor.atHorizon();
    }

    /**
     * Returns to an earlier position; what was read behind it is read again.
     *
     * @param iterator at that position, if there is one
     */
    void restart(String position, @Nullable String iterator) {
        if (iterator == null) {
            cursor.moveTo(position);
        } else {
            cursor.moveTo(position, iterator);
        }
        memory.restarted();
    }

    /**
     * Reads the shard behind its position, which {@link #accept} moves, and determines the pause before the next read.
     *
     * @return null if nothing could be read: there is no room for changes, the call failed, or a gap blocks the shard
     */
    @Nullable FetchedRecords fetch() {
        if (cursor.atShardEnd()) {
            return new FetchedRecords(new ArrayList<>(), List.of(), null);
        }
        if (!memory.mayRead()) {
            listener.waits(shardId);
            pause.waits();
            return null;
        }
        long bytes = 0;
        try {
            FetchedRecords fetched = call();
            if (fetched == null) {
                listener.blocked(shardId);
                pause.failed();
                return null;
            }
            bytes = fetched.heapBytes();
            unread = false;
            pause.read(fetched.records().size());
            listener.fetched(shardId);
            return fetched;
        } catch (AbortedException e) {
            // The process ends, and interrupts its threads.
            Thread.currentThread().interrupt();
            return null;
        } catch (SdkException | CompletionException e) {
            // No failure: DynamoDB Local answers this for a shard that was empty.
            if (e instanceof TrimmedDataAccessException && cursor.atHorizon()) {
                listener.blocked(shardId);
            } else {
                listener.failed(shardId, e);
            }
            pause.failed();
            return null;
        } finally {
            memory.read(bytes);
        }
    }

    /** Moves behind the records of a read. */
    void accept(FetchedRecords fetched) {
        cursor.moveBehind(fetched.records(), fetched.nextShardIterator());
    }

    /** Keeps the position; the last read is repeated, as are all records that were read and not processed. Safe for any thread. */
    void drop() {
        memory.restarted();
    }

    /** The position behind the last accepted read. */
    String position() {
        return cursor.position();
    }

    /** The iterator at the position, if there is one. */
    @Nullable String iterator() {
        return cursor.iterator();
    }

    /** Null if the shard is blocked. */
    private @Nullable FetchedRecords call() {
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
            log.debug("{}: iterator expired, continuing after {}", LogFields.shard(shardId), cursor.position());
            return call();
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
        return call();
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
}
