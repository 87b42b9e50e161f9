package dev.tributary.telemetry;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** How each component of the daemon is. Safe for any thread. */
public final class Health {

    private final ConcurrentSkipListMap<String, Component> components = new ConcurrentSkipListMap<>();
    private final Collection<Conditions> parts = new ConcurrentLinkedQueue<>();

    /** How well a component does, from best to worst. */
    public enum Status {
        UP,
        /** Works, but slower or less than it should. */
        DEGRADED,
        STARTING,
        DOWN
    }

    /** A status and what it means, for people. */
    public record Component(Status status, String detail) {}

    /**
     * All components at one moment.
     *
     * @param status the worst of them; UP when there are none
     * @param components by name, in its order
     */
    public record Snapshot(Status status, SortedMap<String, Component> components) {}

    /** Replaces what was said of the component before. */
    public void report(String component, Status status, String detail) {
        components.put(component, new Component(status, detail));
    }

    /** The component is no part of the daemon any more. */
    public void forget(String component) {
        components.remove(component);
    }

    /**
     * A part of a component that has conditions of its own: the component is as bad as the worst of them, and is there as
     * long as any part is.
     *
     * @param usual what the component reports while no condition is raised; asked with each snapshot
     */
    public Conditions conditions(String component, Supplier<Component> usual) {
        Conditions part = new Conditions(component, usual, parts);
        parts.add(part);
        return part;
    }

    public Snapshot snapshot() {
        SortedMap<String, Component> merged = new TreeMap<>(components);
        parts.forEach(part -> merged.merge(part.component(), part.worst(), Health::worse));
        SortedMap<String, Component> now = Collections.unmodifiableSortedMap(merged);
        Status worst = now.values().stream()
                .map(Component::status)
                .max(Comparator.naturalOrder())
                .orElse(Status.UP);
        return new Snapshot(worst, now);
    }

    /** The first where they are equally bad. */
    private static Component worse(Component one, Component other) {
        return other.status().compareTo(one.status()) > 0 ? other : one;
    }
}
