package dev.tributary.telemetry;

import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The named conditions of one part of a component: of one shard's writes on a route, for instance.
 *
 * <p>A component is as bad as the worst condition of all its parts, so one part that is well hides nothing of another. A
 * part that is closed no longer counts, and whatever is raised on it afterwards is ignored: calls of a pipeline may still
 * end when its lease is gone. Safe for any thread.
 */
public final class Conditions implements AutoCloseable {

    private static final Comparator<Component> BY_STATUS = Comparator.comparing(Component::status);

    private final String component;
    private final Supplier<Component> usual;
    private final Collection<Conditions> parts;

    /** In the order in which they were raised. Guarded by this. */
    private final Map<String, Component> raised = new LinkedHashMap<>();

    /**
     * @param usual what the part reports while no condition is raised
     * @param parts those that count; this one removes itself when it is closed
     */
    Conditions(String component, Supplier<Component> usual, Collection<Conditions> parts) {
        this.component = component;
        this.usual = usual;
        this.parts = parts;
    }

    /**
     * Raises a condition, or replaces what was reported of it.
     *
     * @param name tells the conditions of this part apart
     * @param detail what it means and what to do, for people
     */
    public synchronized void raise(String name, Status status, String detail) {
        raised.put(name, new Component(status, detail));
    }

    /** The condition is over; no effect if it was not raised. */
    public synchronized void clear(String name) {
        raised.remove(name);
    }

    /** Ends all conditions of this part for good. */
    @Override
    public void close() {
        parts.remove(this);
    }

    String component() {
        return component;
    }

    synchronized Component worst() {
        return raised.values().stream().max(BY_STATUS).orElseGet(usual);
    }
}
