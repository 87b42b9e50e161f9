package dev.tributary.stream;

import dev.tributary.latewrite.LateWrites;
import dev.tributary.model.TrimHorizon;
import dev.tributary.ordering.Ticker;
import dev.tributary.replication.Route;
import dev.tributary.replication.WriteListener;
import dev.tributary.stream.lag.LastKnownReaders;
import dev.tributary.stream.lag.ReadTimes;
import dev.tributary.stream.lag.SourceLag;
import dev.tributary.stream.lag.StallDetector;
import dev.tributary.stream.lag.StallReporter;
import dev.tributary.stream.lag.Watermarks;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.MemoryBudget;
import dev.tributary.stream.read.PollPauses;
import dev.tributary.stream.read.ReadSlots;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * This process's part in reading one source: it competes with other workers for the leases of the shards.
 *
 * <p>This class builds, starts and stops the parts: {@link StreamSelector} selects the stream, {@link CurrentReader} runs
 * its KCL scheduler, {@link SourceCheck} checks both periodically, and {@link StallReporter} reports what has stopped.
 *
 * <p>{@link #start} and {@link #stop} are called once each. The stop may come while the start is under way.
 */
public final class SourceWorker {

    /** Reads at the same time: each waits for the network most of its time, and returns up to a thousand changes. */
    private static final int READS = 16;

    private static final int CHECKPOINTS = 2;

    /** Longest wait of a stop for the record of how far the shards have been read. */
    private static final Duration PROGRESS = Duration.ofMillis(300);

    private final String source;
    private final StreamScheduler scheduler;
    private final SourceHealth health;
    private final PollPauses pauses;
    private final ReadSlots slots;
    private final StreamSelector streams;
    private final CurrentReader reader;
    private final SourceCheck check;
    private final StallReporter stallReporter;
    private final StallDetector stalls;
    private final HeldShards shards;
    private final Watermarks watermarks;
    private final InstantSource clock;

    /** Apart from the reads, because a checkpoint waits for the lease table and for KCL. */
    private final ReadSlots checkpoints;

    /**
     * What all sources of a process share.
     *
     * @param worker name of the process among the workers, different from that of every other live one
     * @param routes of the process, and its sources, as {@link dev.tributary.stream.lease.RouteReaders} names them
     * @param heldBytes heap that the changes of one source may take over all its shards, in bytes
     * @param drainTimeout longest wait for open writes when the worker stops
     * @param timer runs retries and pauses, and nothing that waits
     * @param onFatal receives errors after which the process must stop
     */
    public record Shared(
            String worker,
            Set<String> routes,
            LeaseTimings timings,
            long heldBytes,
            Duration drainTimeout,
            ScheduledExecutorService timer,
            ReaderThreads readers,
            MeterRegistry registry,
            Health health,
            InstantSource clock,
            Consumer<Throwable> onFatal) {}

    /**
     * @param source its name in the configuration
     * @param identity of its table in the rows of its targets
     * @param lateWrites the late writes to the targets of this source
     * @param writes receives the ends of the writes that requests wait for
     * @param scheduler shares the shards of the sources whose leases are in its table; stops with the first of its sources
     * @param enabledStream returns the ARN of the stream with new and old images that the table has now, in a region that
     *     the streams adapter knows; empty if it has none; throws what the SDK throws
     */
    public SourceWorker(
            String source,
            String identity,
            SourceSettings settings,
            List<Route> routes,
            LateWrites lateWrites,
            WriteListener writes,
            StreamScheduler scheduler,
            Supplier<Optional<String>> enabledStream,
            DynamoDbStreamsClient streamsClient,
            Shared shared) {
        this.source = source;
        this.scheduler = scheduler;
        Ticker.Threads threads = new Ticker.Threads(shared.timer(), shared.readers()::executePatiently);
        this.checkpoints = new ReadSlots(shared.readers(), CHECKPOINTS);
        this.health = new SourceHealth(source, shared.health(), shared.registry(), shared.onFatal());
        MemoryBudget memory = new MemoryBudget(shared.heldBytes(), settings.maxInFlightBytes());
        memory.measure(source, shared.registry());
        this.pauses = new PollPauses(settings.pollInterval(), settings.idlePollInterval());
        this.slots = new ReadSlots(shared.readers(), READS);
        this.clock = shared.clock();
        this.shards = new HeldShards(source, shared.registry(), System::nanoTime);
        ReadTimes reads = new ReadTimes(health, System::nanoTime);
        LastKnownReaders readers = new LastKnownReaders(shared.worker(), System::nanoTime);
        StallDetector.Limits limits = StallDetector.Limits.of(shared.timings().lease(), pauses.longest());
        this.stalls = new StallDetector(limits, shards::held, reads, readers, System::nanoTime);
        new SourceLag(limits, shards::held, reads, readers, shared.clock()).measure(source, shared.registry());
        LeaseRows leases = new LeaseRows(scheduler.leaseClient(), scheduler.leaseTable(), source, scheduler.table());
        SourceStateRow state =
                new SourceStateRow(scheduler.leaseClient(), scheduler.leaseTable(), source, scheduler.table());
        ShardSync sync = new ShardSync(source, leases, state, shared.clock());
        this.watermarks = new Watermarks(
                source,
                leases,
                shared.worker(),
                shared.timings().lease(),
                shards::doneUntil,
                threads,
                shared.onFatal());
        this.stallReporter =
                new StallReporter(source, stalls, shared.health(), shared.registry(), threads, shared.onFatal());
        AtomicBoolean checkNow = new AtomicBoolean();
        GapHandler.Context gaps = new GapHandler.Context(
                source,
                scheduler.leaseTable(),
                shared.worker(),
                settings.gaps(),
                state,
                health,
                shared.clock(),
                () -> checkNow.set(true));
        this.reader = new CurrentReader(
                source,
                identity,
                new StreamReader.Source(
                        settings,
                        routes,
                        lateWrites,
                        writes,
                        scheduler,
                        sync,
                        streamsClient,
                        shared,
                        health,
                        memory,
                        pauses,
                        slots,
                        shards,
                        reads,
                        new Ticker.Threads(shared.timer(), checkpoints::submitPatiently)),
                gaps,
                health);
        this.streams = new StreamSelector(
                source, identity, settings.table(), settings.start(), enabledStream, streamsClient, sync, gaps, reader);
        this.check = new SourceCheck(
                streams,
                stalls,
                shared.timings().lease(),
                checkNow,
                shared.health().liveness(),
                threads,
                shared.onFatal());
    }

    /**
     * Creates the lease table if it is missing, and starts to compete for leases.
     *
     * @throws SourceStartException if the lease table or the stream does not permit it
     */
    public void start() {
        scheduler.prepare();
        try {
            streams.select();
        } catch (SdkException | CompletionException e) {
            throw SourceStartException.of(
                    "Source " + source + ": its table, its stream or its lease table " + scheduler.leaseTable()
                            + " cannot be read",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("stopped while starting");
        }
        check.start();
        stallReporter.start();
        watermarks.start();
    }

    /**
     * Waits for the first read of a shard.
     *
     * @return false if the time ran out first, for example because other workers hold all leases
     */
    public boolean awaitReading(Duration atMost) throws InterruptedException {
        return health.awaitReading(atMost);
    }

    /**
     * Reads the shards of this process soon, because the source probably has a change. Never waits.
     *
     * <p>Without this, a shard that has had no changes for a while is read after the idle poll interval at the latest.
     */
    public void wake() {
        pauses.wake();
    }

    /**
     * Holds reading, or continues to hold it for another reason. Changes that were read are still written, and the leases are
     * kept. A read that is under way ends.
     *
     * @param reason for health
     */
    public void hold(String reason) {
        stalls.hold(true);
        pauses.hold(true);
        health.held(reason
                + shards.doneUntil().values().stream()
                        .min(Comparator.naturalOrder())
                        .map(doneUntil -> "; " + TrimHorizon.leftText(doneUntil, clock.instant()))
                        .orElse(""));
    }

    /** Reads again, if reading is held. */
    public void release() {
        stalls.hold(false);
        pauses.hold(false);
        health.released();
    }

    /** Drains, checkpoints and hands over the leases, as far as possible within the time. */
    public void stop(Duration atMost) throws InterruptedException {
        reader.refuseStarts();
        stallReporter.stop();
        check.stop();
        watermarks.stop();
        watermarks
                .record()
                .completeOnTimeout(null, PROGRESS.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        try {
            scheduler.stop(atMost);
        } finally {
            slots.close();
            checkpoints.close();
        }
    }
}
