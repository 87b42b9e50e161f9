package dev.tributary.stream;

import dev.tributary.ordering.Ticker;
import dev.tributary.stream.lag.StallDetector;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Liveness;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.leases.Lease;

/**
 * Checks a source once per lease duration: whether the table still has the stream that is read, and whether all shards of the
 * stream have a reader. One description of the stream answers both; the table is described only if the stream is no longer
 * the table's, or cannot be described.
 */
final class SourceCheck {

    private static final Logger log = LoggerFactory.getLogger(SourceCheck.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int RECENT_DIVISOR = 2;

    /** A check makes several calls, each of which takes 30 s at most. */
    private static final Duration SILENT = Duration.ofMinutes(10);

    private final String source;
    private final StreamSelector streams;
    private final CurrentReader reader;
    private final StallDetector stalls;
    private final SourceHealth health;
    private final DynamoDbStreamsClient streamsClient;
    private final ShardSync sync;

    /** How old the knowledge of the lease table may be, so that the sources share its scans. */
    private final Duration recent;

    private final long interval;
    private final AtomicBoolean checkNow;
    private final Ticker ticker;
    private final Liveness.Heartbeat heartbeat;

    /** Start of the last check; used by the ticker only. */
    private long checked;

    /**
     * @param interval between two checks; the first is made at once
     * @param checkNow set by any thread to request a check within a second that asks the table for its stream
     * @param onFatal receives errors of this program
     */
    SourceCheck(
            StreamSelector streams,
            StallDetector stalls,
            Duration interval,
            AtomicBoolean checkNow,
            Liveness liveness,
            Ticker.Threads threads,
            Consumer<Throwable> onFatal) {
        this.source = streams.source();
        this.streams = streams;
        this.reader = streams.reader();
        this.stalls = stalls;
        this.health = streams.gaps().health();
        this.streamsClient = streams.streamsClient();
        this.sync = streams.sync();
        this.recent = interval.dividedBy(RECENT_DIVISOR);
        this.interval = interval.toNanos();
        this.checkNow = checkNow;
        this.checked = System.nanoTime() - this.interval;
        this.heartbeat = liveness.heartbeat("the check of source " + source, SILENT);
        this.ticker = new Ticker("the check of source " + source, TICK, this::tick, threads, onFatal);
    }

    void start() {
        heartbeat.beat();
        ticker.start();
    }

    /** Interrupts a check, and waits a second for its end. */
    void stop() throws InterruptedException {
        ticker.stop();
        heartbeat.close();
    }

    private void tick() throws InterruptedException {
        heartbeat.beat();
        reader.updateHealth();
        boolean now = checkNow.getAndSet(false);
        if (!now && System.nanoTime() - checked < interval) {
            return;
        }
        checked = System.nanoTime();
        Optional<String> read = reader.streamArn();
        boolean enabled = checkReaders(read);
        checkStream(enabled && !now ? read : Optional.empty());
        if (!reader.streamArn().equals(read)) {
            checkNow.set(true); // the readers of the next stream
        }
    }

    /** Compares the shards of the stream with their leases; returns whether the table still has the stream. */
    private boolean checkReaders(Optional<String> read) {
        try {
            StreamShards shards =
                    read.flatMap(arn -> StreamShards.of(streamsClient, arn)).orElse(StreamShards.NONE);
            List<Lease> leases = sync.leases().all(recent);
            health.shardOrder(shards.startingBelowParent());
            stalls.checked(shards, leases, sync.leases().doneUntil(recent));
            read.ifPresent(arn -> sync.run(arn, shards, leases));
            return shards.enabled();
        } catch (SdkException | CompletionException e) {
            // At info: health reports a check that keeps failing, and the check of the stream warns.
            log.info("source {}: its leases and shards cannot be checked: {}", LogFields.source(source), e.toString());
            return false;
        }
    }

    /** @param enabled the stream of the table; empty if it is not known */
    private void checkStream(Optional<String> enabled) throws InterruptedException {
        try {
            if (enabled.isPresent()) {
                streams.select(enabled, recent);
            } else {
                streams.select();
            }
        } catch (SdkException | CompletionException | SourceStartException e) {
            if (!ticker.stopped()) {
                log.warn(
                        "source {}: its stream cannot be checked, which is tried again: {}",
                        LogFields.source(source),
                        e.toString());
            }
        }
    }
}
