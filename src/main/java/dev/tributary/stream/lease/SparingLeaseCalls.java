package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.kinesis.leases.EntityType;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Leaves out those of KCL's calls to the lease table that would find nothing new.
 *
 * <p>KCL's leader scans the table every half second, and every worker looks for leases that were assigned to it twice as
 * often; a start and a hand-over wait for these calls. While a worker is alone, which the leader's scan shows, all leases
 * are its own and no other process assigns any. Then both calls are made once in a quarter of the lease duration, and
 * otherwise get the last result. After each change of a lease by this process, no call is left out for one lease duration.
 *
 * <p>Leases that need no assignment are left out of the leader's scan: those of sources that no live worker reads, and those
 * of shards that were read to their ends.
 *
 * <p>A scan is repeated only if every lease is this worker's: the leader takes leases of others that have not been renewed,
 * and a renewal that an old scan does not show would be overlooked. Safe for any thread.
 */
public final class SparingLeaseCalls {

    /** For the time between a check here and KCL's own. */
    private static final Duration MARGIN = Duration.ofMillis(250);

    private final DynamoDbAsyncClient delegate;
    private final String worker;
    private final LeaseTimings timings;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    /** Time of the last change, in nanoseconds of the monotonic clock. */
    private final AtomicLong changed;

    private final AtomicLong discovered;
    private volatile @Nullable Scan last;
    private volatile @Nullable Known sources;

    /**
     * @param at start of the call, in nanoseconds of the monotonic clock
     * @param reported by this worker, as the scan found; empty if it did not, or if the worker is not alone: another one is
     *     alive or has a lease, or a lease has no owner
     */
    private record Scan(ScanRequest request, ScanResponse response, long at, Optional<Instant> reported) {}

    /** The result of a scan that began at this time. */
    private record Known(SourcesOfWorkers workers, long at) {}

    /**
     * @param worker name of this process among the workers
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public SparingLeaseCalls(
            DynamoDbAsyncClient delegate,
            String worker,
            LeaseTimings timings,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.delegate = delegate;
        this.worker = worker;
        this.timings = timings;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.changed = new AtomicLong(nanoTime.getAsLong());
        this.discovered = new AtomicLong(changed.get());
    }

    /** This process creates, assigns or releases a lease. */
    public void changed() {
        changed.set(nanoTime.getAsLong());
    }

    /** Whether to look for leases that were assigned to this worker; counts as such a look. */
    boolean discoveryDue() {
        long now = nanoTime.getAsLong();
        Scan scan = last;
        if (scan != null && isAlone(scan, now) && now - discovered.get() < pause()) {
            return false;
        }
        discovered.set(now);
        return true;
    }

    /**
     * The worker to which a lease is assigned: the given one if it reads the source of the lease, otherwise the one with
     * the fewest leases of those that do; empty if none does.
     */
    Optional<String> readerOf(Lease lease, String newOwner) {
        Known known = sources;
        // Only the leader knows the other workers, and an owner hands its lease over to the one that was chosen.
        if (known == null
                || nanoTime.getAsLong() - known.at() > timings.lease().toNanos()
                || worker.equals(lease.actualOwner())
                || known.workers().reads(newOwner, lease.leaseKey())) {
            return Optional.of(newOwner);
        }
        return known.workers().readers(lease.leaseKey(), newOwner).stream().findFirst();
    }

    /** The client for KCL. */
    public DynamoDbAsyncClient client() {
        return (DynamoDbAsyncClient) Proxy.newProxyInstance(
                DynamoDbAsyncClient.class.getClassLoader(),
                new Class<?>[] {DynamoDbAsyncClient.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("scan") && arguments[0] instanceof ScanRequest request) {
                        return scan(request);
                    }
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private CompletableFuture<ScanResponse> scan(ScanRequest request) {
        long now = nanoTime.getAsLong();
        Scan scan = last;
        if (scan != null
                && scan.request().equals(request)
                && isAlone(scan, now)
                && now - scan.at() < pause()
                && isAlive(scan.reported().orElseThrow())) {
            return CompletableFuture.completedFuture(scan.response());
        }
        return delegate.scan(request).thenApply(response -> {
            if (!isWholeTable(request, response)) {
                return response;
            }
            SourcesOfWorkers known = SourcesOfWorkers.of(
                    response.items(), row -> isAlive(LeaseSnapshot.report(row).at()));
            sources = new Known(known, now);
            ScanResponse relevant = response.toBuilder()
                    .items(response.items().stream()
                            .filter(row -> !isLease(row)
                                    || (!isEnded(row)
                                            && known.isRead(requireNonNull(row.get(LeaseRows.KEY))
                                                    .s())))
                            .toList())
                    .build();
            last = new Scan(request, relevant, now, reportedAlone(relevant));
            return relevant;
        });
    }

    private static boolean isLease(Map<String, AttributeValue> row) {
        AttributeValue type = row.get(LeaseRows.ENTITY_TYPE);
        return type == null || EntityType.LEASE.getDdbValue().equals(type.s());
    }

    /** The form of the leader's scan of a table that fits into one page. */
    private static boolean isWholeTable(ScanRequest request, ScanResponse response) {
        return Integer.valueOf(1).equals(request.totalSegments())
                && request.filterExpression() == null
                && request.exclusiveStartKey().isEmpty()
                && response.lastEvaluatedKey().isEmpty();
    }

    private boolean isAlone(Scan scan, long now) {
        long sinceChange = scan.at() - changed.get();
        return scan.reported().isPresent()
                && sinceChange > 0
                && now - changed.get() >= timings.lease().toNanos();
    }

    private long pause() {
        return timings.soleWorker().toNanos();
    }

    /** Whether KCL, given a report of this time, takes the worker for alive: it takes two intervals at most. */
    private boolean isAlive(Instant reported) {
        return clock.instant()
                .isBefore(reported.plus(timings.workerReport().multipliedBy(2)).minus(MARGIN));
    }

    private Optional<Instant> reportedAlone(ScanResponse response) {
        Optional<Instant> reported = Optional.empty();
        for (Map<String, AttributeValue> row : response.items()) {
            if (isLease(row)) {
                if (!isEnded(row) && (!isText(row, LeaseRows.OWNER, worker) || row.containsKey("checkpointOwner"))) {
                    return Optional.empty();
                }
            } else if (LeaseSnapshot.isReport(row)) {
                Instant at = LeaseSnapshot.report(row).at();
                if (isText(row, LeaseRows.KEY, worker)) {
                    reported = Optional.of(at);
                } else if (isAlive(at)) {
                    return Optional.empty();
                }
            }
        }
        return reported;
    }

    private static boolean isEnded(Map<String, AttributeValue> row) {
        return isText(row, LeaseRows.CHECKPOINT, ExtendedSequenceNumber.SHARD_END.sequenceNumber());
    }

    private static boolean isText(Map<String, AttributeValue> row, String name, String value) {
        AttributeValue found = row.get(name);
        return found != null && value.equals(found.s());
    }
}
