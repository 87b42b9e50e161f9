package dev.tributary.stream;

import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.SourceHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The running {@link StreamReader} of a source, if there is one.
 *
 * <p>One thread at a time starts and ends readers: the one that starts the worker, and then the source's check thread.
 * {@link #refuseStarts} may come from any thread meanwhile.
 */
final class CurrentReader {

    /** Longest wait for KCL to stop reading a stream in which nothing is left to read. */
    private static final Duration SWITCH = Duration.ofSeconds(5);

    private final String source;
    private final String identity;
    private final StreamReader.Source shared;
    private final GapHandler.Context gaps;
    private final SourceHealth health;

    private volatile @Nullable StreamReader running;
    private volatile boolean stopping;

    CurrentReader(
            String source, String identity, StreamReader.Source shared, GapHandler.Context gaps, SourceHealth health) {
        this.source = source;
        this.identity = identity;
        this.shared = shared;
        this.gaps = gaps;
        this.health = health;
    }

    /** The ARN of the stream that is read; empty if none is. */
    Optional<String> streamArn() {
        return Optional.ofNullable(running).map(reader -> reader.stream().arn());
    }

    /** Clears the conditions of shards that this process no longer reads. */
    void updateHealth() {
        StreamReader reader = running;
        if (reader != null) {
            health.holds(reader.shards());
        }
    }

    /**
     * Starts to read the stream of the state, unless a stream is being read.
     *
     * @param newStream whether the leases in the table are another stream's
     */
    void start(SourceState state, boolean newStream) {
        if (running != null || stopping) {
            return;
        }
        StreamReader next = new StreamReader(
                new SourceStream(source, identity, state.streamArn(), state.epoch()),
                state.startsAt().orElse(Instant.MIN),
                shared,
                new GapHandler(gaps, state.streamArn(), state.since()));
        // Set before the flag is checked again: a concurrent stop either finds the reader or is seen here.
        running = next;
        if (stopping) {
            return;
        }
        try {
            next.start(newStream);
        } catch (RuntimeException | Error e) {
            running = null;
            throw e;
        }
    }

    /** Ends the reading of the current stream, if any; another one may be started. */
    void end() throws InterruptedException {
        StreamReader ending = running;
        if (ending == null) {
            return;
        }
        try {
            ending.end(SWITCH);
        } finally {
            running = null;
            health.holds(Set.of());
        }
    }

    /** No reader starts from now on. */
    void refuseStarts() {
        stopping = true;
        StreamReader reader = running;
        if (reader != null) {
            reader.refuseStart();
        }
    }
}
