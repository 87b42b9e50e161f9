package dev.tributary.telemetry;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which occurrences of a recurring problem are logged: its start and its end, and a problem that keeps starting
 * and ending, such as a throttled table, at most once a minute. Safe for any thread.
 *
 * @param <K> kind of problem; a change of kind counts as a start
 */
public final class LogThrottle<K> {

    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<K, Long> loggedAt = new HashMap<>();

    /** The kind whose start was logged last and whose end was not. */
    private @Nullable K current;

    public LogThrottle() {
        this(System::nanoTime);
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public LogThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes that the problem starts or continues; returns whether to log its start. */
    public synchronized boolean begins(K kind) {
        long now = nanoTime.getAsLong();
        Long before = loggedAt.get(kind);
        if (kind.equals(current) || (before != null && now - before < QUIET)) {
            return false;
        }
        loggedAt.put(kind, now);
        current = kind;
        return true;
    }

    /** Notes that the problem has ended; returns whether to log its end: only if its start was logged. */
    public synchronized boolean ends() {
        boolean logged = current != null;
        current = null;
        return logged;
    }

    /** Whether a new throttle would decide like this one: no problem continues, and none was logged within a minute. */
    synchronized boolean idle() {
        long now = nanoTime.getAsLong();
        return current == null && loggedAt.values().stream().allMatch(logged -> now - logged >= QUIET);
    }
}
