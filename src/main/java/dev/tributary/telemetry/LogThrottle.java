package dev.tributary.telemetry;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what of a trouble that comes and goes is worth a line in the log: that it is there and that it is over, once
 * each, and where it comes and goes all the time, as with a table at its capacity, once a minute. Safe for any thread.
 *
 * @param <K> kind of trouble; each is said by itself
 */
public final class LogThrottle<K> {

    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<K, Long> saidAt = new HashMap<>();

    /** What was said last, and has not been said to be over. */
    private @Nullable K said;

    public LogThrottle() {
        this(System::nanoTime);
    }

    /**
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public LogThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** There is trouble of this kind; whether to say so. */
    public synchronized boolean begins(K kind) {
        long now = nanoTime.getAsLong();
        Long before = saidAt.get(kind);
        if (kind.equals(said) || (before != null && now - before < QUIET)) {
            return false;
        }
        saidAt.put(kind, now);
        said = kind;
        return true;
    }

    /** There is none; whether to say so. */
    public synchronized boolean ends() {
        boolean over = said != null;
        said = null;
        return over;
    }
}
