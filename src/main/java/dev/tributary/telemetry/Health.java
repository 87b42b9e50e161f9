package dev.tributary.telemetry;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The health of the daemon: a status and a text for each component. Safe for any thread. */
public final class Health {

    /** The report of a part that has nothing to report. */
    private static final Component NOTHING = new Component(Status.UP, "");

    private final ConcurrentSkipListMap<String, Component> components = new ConcurrentSkipListMap<>();
    private final Collection<Conditions> parts = new ConcurrentLinkedQueue<>();
    private final ConditionLog log;
    private final Liveness liveness;
    private volatile Phase phase = Phase.STARTING;

    public Health() {
        this(new Liveness());
    }

    public Health(Liveness liveness) {
        this(liveness, System::nanoTime);
    }

    /**
     * @param nanoTime monotonic
     */
    Health(Liveness liveness, LongSupplier nanoTime) {
        this.liveness = liveness;
        this.log = new ConditionLog(nanoTime);
    }

    /** The life of the daemon as a whole. */
    public enum Phase {
        STARTING,
        /** All ports listen. */
        READY,
        STOPPING
    }

    /** From best to worst. */
    public enum Status {
        UP,
        /** Works, but slower than it should, or only in part. */
        DEGRADED,
        STARTING,
        DOWN
    }

    /** A status and its explanation in plain text. */
    public record Component(Status status, String detail) {}

    /**
     * All components at one moment.
     *
     * @param status the worst of them; {@link Status#UP} if there are none
     * @param components sorted by name
     */
    public record Snapshot(Status status, SortedMap<String, Component> components) {}

    /** The parts that have to make progress while the process is alive. */
    public Liveness liveness() {
        return liveness;
    }

    public Phase phase() {
        return phase;
    }

    /** Enters a phase. A daemon that stops never becomes ready. */
    public synchronized void enter(Phase next) {
        if (next.compareTo(phase) > 0) {
            phase = next;
        }
    }

    /** Sets the component's status, and replaces an earlier report. */
    public void report(String component, Status status, String detail) {
        components.put(component, new Component(status, detail));
    }

    /** Removes the component. */
    public void forget(String component) {
        components.remove(component);
    }

    /**
     * Adds a part to a component. The component has the worst status of its parts, and exists while any of them does.
     *
     * @param usual what the part reports while no condition is raised; evaluated for each snapshot
     * @param leading names of conditions that are reported before others of the same status; then the first raised is
     */
    public Conditions conditions(String component, Supplier<Component> usual, String... leading) {
        Conditions part = new Conditions(component, usual, parts, log, List.of(leading));
        parts.add(part);
        return part;
    }

    /** Adds a part that is in health only while a condition is raised. */
    public Conditions conditions(String component) {
        return conditions(component, () -> NOTHING);
    }

    public Snapshot snapshot() {
        SortedMap<String, Component> merged = new TreeMap<>(components);
        for (Conditions part : parts) {
            Component worst = part.worst();
            if (!worst.equals(NOTHING)) {
                merged.merge(part.component(), worst, Health::worse);
            }
        }
        SortedMap<String, Component> now = Collections.unmodifiableSortedMap(merged);
        Status status = now.values().stream()
                .map(Component::status)
                .max(Comparator.naturalOrder())
                .orElse(Status.UP);
        return new Snapshot(status, now);
    }

    /** The first if both have the same status. */
    private static Component worse(Component one, Component other) {
        return other.status().compareTo(one.status()) > 0 ? other : one;
    }
}
