package dev.tributary.stream;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.replication.CatchUp;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.ShardLease;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.StreamShards;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.leases.Lease;

/**
 * Waits until the checkpoints of a source have passed what its stream holds now, by the stream and the lease table alone:
 * the workers may be anywhere. No clocks are compared.
 *
 * <p>The checkpoint of each shard that is not read to its end has to reach the first change that comes after the beginning of
 * the wait; if none comes, the last one that there is. Safe for any thread.
 */
public final class StreamCatchUp implements CatchUp {

    /** Pages of records that one look reads of a shard to which no changes come; the rest is read later. */
    private static final int PAGES = 100;

    /** A page may be empty although records follow. */
    private static final int EMPTY_PAGES = 3;

    private final DynamoDbStreamsClient streams;
    private final LeaseRows leases;
    private final SourceStateRow state;
    private final Timing timing;
    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;

    /**
     * Durations of a wait.
     *
     * @param propagation how long a change may take to the stream
     * @param poll pause between two looks at the checkpoints
     * @param silence time without a renewal of any lease after which no worker is assumed
     * @param atMost longest wait
     */
    public record Timing(Duration propagation, Duration poll, Duration silence, Duration atMost) {

        private static final int LEASES = 4;
        private static final Duration LEAST_SILENCE = Duration.ofSeconds(10);

        /**
         * The usual durations.
         *
         * @param lease duration of the leases
         */
        public static Timing of(Duration lease, Duration atMost) {
            Duration silence = lease.multipliedBy(LEASES);
            return new Timing(
                    Duration.ofSeconds(1),
                    Duration.ofMillis(500),
                    silence.compareTo(LEAST_SILENCE) < 0 ? LEAST_SILENCE : silence,
                    atMost);
        }
    }

    /**
     * @param executor runs calls that wait for their results
     */
    public StreamCatchUp(
            DynamoDbStreamsClient streams,
            DynamoDbAsyncClient leaseClient,
            String leaseTable,
            String source,
            Timing timing,
            ScheduledExecutorService executor,
            LongSupplier nanoTime) {
        this.streams = streams;
        this.leases = new LeaseRows(leaseClient, leaseTable, source);
        this.state = new SourceStateRow(leaseClient, leaseTable, source);
        this.timing = timing;
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    @Override
    public CompletableFuture<Result> await() {
        Wait wait = new Wait();
        executor.schedule(wait::step, timing.propagation().toMillis(), TimeUnit.MILLISECONDS);
        return wait.done;
    }

    /** One wait; its steps follow one another. */
    private final class Wait {

        private final CompletableFuture<Result> done = new CompletableFuture<>();
        private final long since = nanoTime.getAsLong();
        private long aliveAt = since;
        private Map<String, Long> counters = Map.of();

        /** What the checkpoint of each shard has to reach; null before the first look. */
        private @Nullable Map<String, BigInteger> goals;

        /** Whether a shard has more changes than were read. */
        private boolean more;

        void step() {
            try {
                Optional<Result> result = look();
                if (result.isPresent()) {
                    done.complete(result.get());
                } else {
                    executor.schedule(this::step, timing.poll().toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (SdkException e) {
                if (mayPass(e) && nanoTime.getAsLong() - since < timing.atMost().toNanos()) {
                    executor.schedule(this::step, timing.poll().toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    done.completeExceptionally(e);
                }
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        }

        /** Of the stream: others read it too, and it drops shards and records meanwhile. */
        private static boolean mayPass(SdkException thrown) {
            return thrown instanceof ExpiredIteratorException
                    || thrown instanceof TrimmedDataAccessException
                    || thrown instanceof ResourceNotFoundException
                    || WriteFailure.of(thrown).kind() == WriteFailure.Kind.CAPACITY;
        }

        private Optional<Result> look() {
            Optional<SourceState> agreed;
            Map<String, Lease> byShard;
            try {
                agreed = state.read();
                byShard = leases.all().stream().collect(Collectors.toMap(Lease::leaseKey, lease -> lease));
            } catch (ResourceNotFoundException e) {
                return Optional.of(Result.NO_WORKER); // there is no lease table
            }
            Optional<String> arn = agreed.map(SourceState::streamArn);
            Optional<StreamShards> described = arn.flatMap(stream -> StreamShards.of(streams, stream));
            return described.isEmpty()
                    ? Optional.of(Result.NO_WORKER)
                    : look(arn.orElseThrow(), described.get(), byShard);
        }

        private Optional<Result> look(String arn, StreamShards shards, Map<String, Lease> byShard) {
            Map<String, BigInteger> open =
                    goals == null || (more && goals.isEmpty()) ? find(arn, shards, byShard) : goals;
            Set<String> unread = shards.withoutLease(byShard.keySet()).stream()
                    .map(Shard::shardId)
                    .collect(Collectors.toSet());
            open.entrySet()
                    .removeIf(goal ->
                            reached(byShard.get(goal.getKey()), goal.getValue(), unread.contains(goal.getKey())));
            goals = open;
            if (open.isEmpty() && !more) {
                return Optional.of(Result.CAUGHT_UP);
            }
            return waited(byShard);
        }

        private Optional<Result> waited(Map<String, Lease> byShard) {
            long now = nanoTime.getAsLong();
            Map<String, Long> latest = new HashMap<>();
            byShard.forEach((shard, lease) -> latest.put(shard, lease.leaseCounter()));
            if (!latest.equals(counters)) {
                counters = latest;
                aliveAt = now;
            }
            if (now - aliveAt > timing.silence().toNanos()) {
                return Optional.of(Result.NO_WORKER);
            }
            return now - since > timing.atMost().toNanos() ? Optional.of(Result.BEHIND) : Optional.empty();
        }

        /** A shard that is no longer in the stream has no changes to wait for; a worker reports the gap. */
        private Map<String, BigInteger> find(String arn, StreamShards shards, Map<String, Lease> byShard) {
            more = false;
            Map<String, BigInteger> found = new HashMap<>();
            Stream.concat(
                            byShard.values().stream()
                                    .filter(lease -> !LeaseRows.ended(lease))
                                    .map(Lease::leaseKey)
                                    .filter(shards::contains),
                            shards.withoutLease(byShard.keySet()).stream().map(Shard::shardId))
                    .forEach(shard -> goal(arn, shard, byShard.get(shard)).ifPresent(goal -> found.put(shard, goal)));
            return found;
        }

        /** What the checkpoint of a shard has to reach; empty if there is no change after it. */
        private Optional<BigInteger> goal(String arn, String shard, @Nullable Lease lease) {
            @Nullable String latest = streams.getShardIterator(request ->
                            request.streamArn(arn).shardId(shard).shardIteratorType(ShardIteratorType.LATEST))
                    .shardIterator();
            @Nullable String iterator = iterator(arn, shard, lease);
            @Nullable BigInteger last = null;
            int pages = 0;
            int empty = 0;
            while (iterator != null && empty < EMPTY_PAGES && pages < PAGES) {
                if (latest != null) {
                    GetRecordsResponse coming = page(latest);
                    if (!coming.records().isEmpty()) {
                        return Optional.of(number(coming, 0));
                    }
                    latest = coming.nextShardIterator();
                }
                GetRecordsResponse page = page(iterator);
                pages++;
                empty = page.records().isEmpty() ? empty + 1 : 0;
                if (!page.records().isEmpty()) {
                    last = number(page, page.records().size() - 1);
                }
                iterator = page.nextShardIterator();
            }
            more |= pages == PAGES;
            return Optional.ofNullable(last);
        }

        private GetRecordsResponse page(String iterator) {
            return streams.getRecords(request -> request.shardIterator(iterator));
        }

        private BigInteger number(GetRecordsResponse page, int index) {
            return new BigInteger(page.records().get(index).dynamodb().sequenceNumber());
        }

        private String iterator(String arn, String shard, @Nullable Lease lease) {
            GetShardIteratorRequest.Builder request =
                    GetShardIteratorRequest.builder().streamArn(arn).shardId(shard);
            Optional<BigInteger> checkpoint = Optional.ofNullable(lease).flatMap(StreamCatchUp::checkpoint);
            if (checkpoint.isPresent() && lease != null) {
                try {
                    return streams.getShardIterator(request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                                    .sequenceNumber(lease.checkpoint().sequenceNumber())
                                    .build())
                            .shardIterator();
                } catch (TrimmedDataAccessException e) {
                    request.sequenceNumber(null); // reads what is left; a worker reports the gap
                }
            }
            return streams.getShardIterator(request.shardIteratorType(ShardIteratorType.TRIM_HORIZON)
                            .build())
                    .shardIterator();
        }
    }

    private static boolean reached(@Nullable Lease lease, BigInteger goal, boolean unread) {
        if (lease == null) {
            return !unread; // its lease was deleted after its end
        }
        return LeaseRows.ended(lease)
                || checkpoint(lease).filter(at -> at.compareTo(goal) >= 0).isPresent();
    }

    /** Empty if no change of the shard has ended. */
    private static Optional<BigInteger> checkpoint(Lease lease) {
        String at = lease.checkpoint().sequenceNumber();
        return at.equals(ShardLease.BEGINNING) || !at.matches("\\d+")
                ? Optional.empty()
                : Optional.of(new BigInteger(at));
    }
}
