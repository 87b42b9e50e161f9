package dev.tributary.telemetry;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Decides which starts and ends of conditions are logged. The parts of a component share a condition's lines: it starts with
 * the first part that raises it, and ends with the last. Safe for any thread.
 */
final class ConditionLog {

    private final LongSupplier nanoTime;

    /** Kept after the last part for as long as its lines are throttled. Guarded by this, as are the entries. */
    private final Map<Key, Entry> entries = new HashMap<>();

    private record Key(String component, String condition) {}

    private static final class Entry {
        private final LogThrottle<Object> throttle;

        /** Parts that raise the condition. */
        private int parts;

        private Entry(LongSupplier nanoTime) {
            this.throttle = new LogThrottle<>(nanoTime);
        }
    }

    /**
     * @param nanoTime monotonic
     */
    ConditionLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A part raises a condition, or goes on to.
     *
     * @param first whether the part did not raise it before
     * @return whether to log the start
     */
    synchronized boolean begins(String component, String condition, Object kind, boolean first) {
        Entry entry = entries.computeIfAbsent(new Key(component, condition), added -> new Entry(nanoTime));
        entry.parts += first ? 1 : 0;
        return entry.throttle.begins(kind);
    }

    /** A part no longer raises a condition; returns whether to log the end. */
    synchronized boolean ends(String component, String condition) {
        Entry entry = entries.get(new Key(component, condition));
        if (entry == null || --entry.parts > 0) {
            return false;
        }
        boolean logged = entry.throttle.ends();
        entries.values().removeIf(other -> other.parts == 0 && other.throttle.idle());
        return logged;
    }
}
