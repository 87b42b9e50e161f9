package dev.tributary.stream.read;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.lease.StreamGap.Kind;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;

/**
 * Reports the state of the reading of one source in health, in the log and as metrics. Each shard has one condition, named
 * by its id; the stream as a whole has two. Safe for any thread.
 */
public final class SourceHealth implements FetchListener, WorkerStateChangeListener {

    private static final Logger log = LoggerFactory.getLogger(SourceHealth.class);

    private static final Metric GAPS = Metric.counter("tributary.gaps", """
            Places where the stream lost changes before they were read. Page at any increase; a worker counts a
            [gap](troubleshooting.md#gaps) once, when it meets it.""", "source", "kind");

    private static final Metric FAILURES = Metric.counter("tributary.read.failures", """
            Failed attempts to read a shard; each is tried again. `kind` is `throttled`, or `failed` for any other
            reason.""", "source", "kind");

    /** Whether the table has the stream, and whether the shards of the stream are in order. */
    private static final String STREAM = "stream";

    private static final String SHARD_ORDER = "shard-order";

    /** Whether reading is held. */
    private static final String HELD = "held";

    private static final String UNREADABLE = "unreadable";

    private final String source;
    private final Conditions conditions;
    private final Consumer<Throwable> onFatal;
    private final Map<Kind, Counter> gaps = new EnumMap<>(Kind.class);
    private final Counter failures;
    private final Counter throttles;
    private final CountDownLatch reading = new CountDownLatch(1);

    /** Open until a shard was read, or reading is held. */
    private final CountDownLatch begun = new CountDownLatch(1);

    private final Set<StreamGap> counted = ConcurrentHashMap.newKeySet();

    /** Health while no condition is raised and no gap waits for acknowledgement. */
    private volatile Health.Component usual = new Health.Component(Status.STARTING, "waiting for a shard lease");

    /** Describes the gaps that are not acknowledged; empty if there are none. */
    private volatile String unacknowledged = "";

    public SourceHealth(String source, Health health, MeterRegistry registry, Consumer<Throwable> onFatal) {
        this.source = source;
        this.conditions = health.conditions("source " + source, this::usual, STREAM);
        this.onFatal = onFatal;
        for (Kind kind : Kind.values()) {
            // Registered at start: an alarm on an increase misses a counter whose first value is 1.
            gaps.put(kind, GAPS.counter(registry, source, kind.tag()));
        }
        this.failures = FAILURES.counter(registry, source, "failed");
        this.throttles = FAILURES.counter(registry, source, "throttled");
    }

    /**
     * Waits for the first successful read.
     *
     * @return false if the time ran out first, or reading is held
     */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return begun.await(atMost.toMillis(), TimeUnit.MILLISECONDS) && reading.getCount() == 0;
    }

    /** Reading is held. May be called again with another detail; the caller logs it. */
    public void held(String detail) {
        begun.countDown();
        conditions.raise(HELD, HELD, Status.DEGRADED, detail, () -> {});
    }

    /** Reading is not held, or no longer. */
    public void released() {
        conditions.clear(HELD, () -> {});
    }

    @Override
    public void fetched(String shardId) {
        if (reading.getCount() > 0) {
            usual = new Health.Component(Status.UP, "reading");
            reading.countDown();
            begun.countDown();
        }
        conditions.clear(
                shardId,
                () -> log.info(
                        "source {}: shard {} is read again", LogFields.source(source), LogFields.shard(shardId)));
    }

    /** Not reported: the targets are the cause, and their routes report it. */
    @Override
    public void waits(String shardId) {}

    /** Not reported here: the gap is. */
    @Override
    public void blocked(String shardId) {}

    @Override
    public void failed(String shardId, Exception failure) {
        (WriteFailure.isThrottling(failure) ? throttles : failures).increment();
        if (!conditions.isRaised(shardId)) { // a gap is worse, and stays
            conditions.raise(
                    shardId,
                    UNREADABLE,
                    Status.DEGRADED,
                    "shard " + shardId + " cannot be read: " + failure.getMessage(),
                    () -> log.warn(
                            "source {}: shard {} cannot be read and is tried again: {}",
                            LogFields.source(source),
                            LogFields.shard(shardId),
                            failure.toString()));
        }
    }

    /**
     * A shard is blocked at a gap. May be called again with the same gap.
     *
     * @param advice what to do about it
     */
    void blockedAt(StreamGap.OfShard gap, String advice) {
        count(gap);
        String detail = detail(gap, advice);
        conditions.raise(
                gap.shardId(),
                detail,
                Status.DOWN,
                detail,
                () -> log.error("source {}: {}", LogFields.source(source), detail));
    }

    /** Reading continues past a gap, which has been recorded. */
    public void passed(StreamGap gap) {
        count(gap);
        log.warn("source {}: {}. Reading continues {}", LogFields.source(source), describe(gap), gap.onward());
    }

    /**
     * The table no longer has the stream that is read. May be called again with the same gap.
     *
     * @param action the action of the worker, or of the operator
     */
    public void streamIsOver(Status status, StreamGap gap, String action) {
        count(gap);
        String detail = detail(gap, action);
        conditions.raise(STREAM, status + detail, status, detail, () -> {
            if (status == Status.DOWN) {
                log.error("source {}: {}", LogFields.source(source), detail);
            } else {
                log.warn("source {}: {}", LogFields.source(source), detail);
            }
        });
    }

    /** The table has the stream that is read. */
    public void streamIsCurrent() {
        conditions.clear(
                STREAM, () -> log.info("source {}: the table has the stream that is read", LogFields.source(source)));
    }

    /**
     * Reports shards that break the order of versions, which the documentation of DynamoDB does not exclude.
     *
     * @param shards that begin below the last sequence number of their parent; empty if there are none
     */
    public void shardOrder(List<Shard> shards) {
        if (shards.isEmpty()) {
            conditions.clear(
                    SHARD_ORDER,
                    () -> log.info("source {}: no shard begins below its parent any more", LogFields.source(source)));
            return;
        }
        String names = shards.stream()
                .map(shard -> shard.shardId() + " after " + shard.parentShardId())
                .collect(Collectors.joining(", "));
        String detail = SHARD_ORDER + ": shards begin at a lower sequence number than the last one of their parent ("
                + names
                + "), so targets may refuse newer changes of an item as older ones. Compare the targets with the"
                + " source, and change items that differ once more when these shards have ended";
        conditions.raise(
                SHARD_ORDER,
                names,
                Status.DEGRADED,
                detail,
                () -> log.error("source {}: {}", LogFields.source(source), detail));
    }

    /**
     * Reports the gaps that are recorded in the lease table. The source is degraded until they are acknowledged.
     *
     * @param further how many more there were than the list holds
     */
    public void unacknowledged(List<RecordedGap> gaps, int further) {
        int all = gaps.size() + further;
        unacknowledged = gaps.isEmpty()
                ? ""
                : ("reading continued past %d %s, the last: %s. `tributary gaps` lists them, and acknowledges them once the"
                                + " targets are repaired")
                        .formatted(
                                all,
                                all == 1 ? "gap" : "gaps",
                                gaps.get(gaps.size() - 1).description());
    }

    /** Ends the conditions of all shards but these, which this process holds: other workers report the others. */
    public void holds(Set<String> shards) {
        Set<String> names = new HashSet<>(shards);
        names.add(STREAM);
        names.add(SHARD_ORDER);
        names.add(HELD);
        conditions.retain(
                names,
                shardId -> log.info(
                        "source {}: shard {} is no longer read here",
                        LogFields.source(source),
                        LogFields.shard(shardId)));
    }

    @Override
    public void onWorkerStateChange(WorkerState state) {
        if (state == WorkerState.STARTED && reading.getCount() > 0) {
            usual = new Health.Component(Status.UP, "standing by, no shard lease yet");
        }
    }

    @Override
    public void onAllInitializationAttemptsFailed(Throwable failure) {
        onFatal.accept(failure);
    }

    private void count(StreamGap gap) {
        if (counted.add(gap)) {
            requireNonNull(gaps.get(gap.kind())).increment();
        }
    }

    private static String detail(StreamGap gap, String action) {
        return describe(gap) + ". " + action;
    }

    private static String describe(StreamGap gap) {
        return "gap (" + gap.kind().tag() + "): " + gap.describe();
    }

    private Health.Component usual() {
        Health.Component now = usual;
        String gap = unacknowledged;
        return gap.isEmpty() || now.status() != Status.UP ? now : new Health.Component(Status.DEGRADED, gap);
    }
}
