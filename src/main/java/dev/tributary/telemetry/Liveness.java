package dev.tributary.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Detects parts of the process that make no progress, for a reason that a restart removes: a table or a stream that does not
 * reply is no such reason. Its methods never wait, so they return even if other parts hang. Safe for any thread.
 */
public final class Liveness {

    private final Collection<Supplier<List<String>>> watches = new ConcurrentLinkedQueue<>();
    private final LongSupplier nanoTime;

    public Liveness() {
        this(System::nanoTime);
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public Liveness(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A part that has to report its progress in time, from its first beat until it is closed. */
    public final class Heartbeat implements AutoCloseable {

        private final String part;
        private final Duration atMost;
        private final Supplier<List<String>> watch = this::stuck;
        private volatile @Nullable Long last;

        private Heartbeat(String part, Duration atMost) {
            this.part = part;
            this.atMost = atMost;
        }

        /** Reports progress. */
        public void beat() {
            last = nanoTime.getAsLong();
        }

        private List<String> stuck() {
            Long before = last;
            if (before == null) {
                return List.of();
            }
            Duration silent = Duration.ofNanos(nanoTime.getAsLong() - before);
            return silent.compareTo(atMost) < 0
                    ? List.of()
                    : List.of("%s has not run for %d s".formatted(part, silent.toSeconds()));
        }

        @Override
        public void close() {
            watches.remove(watch);
        }
    }

    /**
     * Watches a part from its first beat on.
     *
     * @param part for people, such as {@code the check of source users}
     * @param atMost longest time between two beats
     */
    public Heartbeat heartbeat(String part, Duration atMost) {
        Heartbeat heartbeat = new Heartbeat(part, atMost);
        watches.add(heartbeat.watch);
        return heartbeat;
    }

    /**
     * Watches a part from now on.
     *
     * @param stuck returns, for people, what makes no progress; empty if everything does. Must not wait
     */
    public void watch(Supplier<List<String>> stuck) {
        watches.add(stuck);
    }

    /** Removes a watch. */
    public void forget(Supplier<List<String>> stuck) {
        watches.remove(stuck);
    }

    /** What makes no progress, for people; empty while the process is alive. */
    public List<String> stuck() {
        List<String> stuck = new ArrayList<>();
        watches.forEach(watch -> stuck.addAll(watch.get()));
        return stuck;
    }
}
