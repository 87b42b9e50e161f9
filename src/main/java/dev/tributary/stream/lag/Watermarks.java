package dev.tributary.stream.lag;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.ordering.Ticker;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in each lease of this process the time up to which every change of the shard has ended, because a sequence number
 * has no time. With it, the lag of a source and the time left until its stream is trimmed are known when no worker runs.
 *
 * <p>Once in two lease durations, so it adds a sixth to the writes that renew the leases. A time that could not be recorded
 * is replaced by the next one.
 */
public final class Watermarks {

    private static final Logger log = LoggerFactory.getLogger(Watermarks.class);

    private final String source;
    private final LeaseRows leases;
    private final String worker;
    private final Duration interval;
    private final Supplier<Map<String, Instant>> doneUntil;
    private final Ticker ticker;

    /**
     * @param lease duration
     * @param doneUntil returns the time of each shard that this process reads, by lease key
     * @param onFatal receives errors of this program
     */
    public Watermarks(
            String source,
            LeaseRows leases,
            String worker,
            Duration lease,
            Supplier<Map<String, Instant>> doneUntil,
            Ticker.Threads threads,
            Consumer<Throwable> onFatal) {
        this.source = source;
        this.leases = leases;
        this.worker = worker;
        this.interval = lease.multipliedBy(2);
        this.doneUntil = doneUntil;
        this.ticker =
                new Ticker("the record of how far source " + source + " is", interval, this::tick, threads, onFatal);
    }

    /** All sources record at the same times, so that their updates share calls. */
    public void start() {
        ticker.start(untilNext());
    }

    private Duration untilNext() {
        long millis = interval.toMillis();
        return Duration.ofMillis(millis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) % millis);
    }

    /** Does not wait: one thread does this for all sources, and their updates share a call only if they come together. */
    private void tick() {
        record();
    }

    public void stop() {
        ticker.cancel();
    }

    /** Records the times now; completes without an error when that has succeeded or failed. */
    public CompletableFuture<Void> record() {
        return CompletableFuture.allOf(doneUntil.get().entrySet().stream()
                        .map(shard -> leases.doneUntil(shard.getKey(), worker, shard.getValue()))
                        .toArray(CompletableFuture[]::new))
                .exceptionally(thrown -> {
                    log.info(
                            "source {}: the progress of its shards could not be recorded: {}",
                            LogFields.source(source),
                            WriteFailure.of(thrown).message());
                    return null;
                });
    }
}
