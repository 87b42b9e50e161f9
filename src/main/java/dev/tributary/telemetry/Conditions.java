package dev.tributary.telemetry;

import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The named conditions of one part of a health component, such as one shard's writes on a route.
 *
 * <p>A condition is in health from when it is raised until it is cleared. It is logged when the first part raises it and when
 * the last one clears it, and at most once a minute if it keeps starting and ending ({@link LogThrottle}).
 *
 * <p>A component has the worst status of all conditions of all its parts. A closed part no longer counts, and conditions
 * raised on it later are ignored: calls of a pipeline may end after its lease is lost. Safe for any thread.
 */
public final class Conditions implements AutoCloseable {

    private static final Comparator<Component> BY_STATUS = Comparator.comparing(Component::status);

    private final String component;
    private final Supplier<Component> usual;
    private final Collection<Conditions> parts;
    private final ConditionLog log;
    private final List<String> leading;

    /** In the order in which they were raised. Guarded by this. */
    private final Map<String, Component> raised = new LinkedHashMap<>();

    /** Whether any condition is raised; lets {@link #clear} of a part without conditions return without a lock. */
    private volatile boolean anyRaised;

    /** Guarded by this. */
    private boolean closed;

    /**
     * @param usual what the part reports while no condition is raised
     * @param parts those that count; this one removes itself when it is closed
     * @param log of all parts
     * @param leading names of conditions that are reported before others of the same status
     */
    Conditions(
            String component,
            Supplier<Component> usual,
            Collection<Conditions> parts,
            ConditionLog log,
            List<String> leading) {
        this.component = component;
        this.usual = usual;
        this.parts = parts;
        this.log = log;
        this.leading = leading;
    }

    /**
     * Raises a condition, or replaces its status and detail.
     *
     * @param name unique within this part
     * @param kind of the problem; the condition is logged again when its kind changes
     * @param detail what the condition means and what to do about it
     * @param logStart logs the start of the condition; called only if a line is due
     */
    public synchronized void raise(String name, Object kind, Status status, String detail, Runnable logStart) {
        if (closed) {
            return;
        }
        boolean first = raised.put(name, new Component(status, detail)) == null;
        anyRaised = true;
        if (log.begins(component, name, kind, first)) {
            logStart.run();
        }
    }

    /**
     * Ends a condition; no effect if it is not raised.
     *
     * @param logEnd logs the end of the condition; called only if its start was logged and no other part
     *     raises it
     */
    public void clear(String name, Runnable logEnd) {
        if (anyRaised) {
            end(name, logEnd);
        }
    }

    /**
     * Ends all conditions but these.
     *
     * @param names of the conditions that continue, if they are raised
     * @param logEnd logs the end of the condition with this name
     */
    public synchronized void retain(Collection<String> names, Consumer<String> logEnd) {
        for (String name : List.copyOf(raised.keySet())) {
            if (!names.contains(name)) {
                end(name, () -> logEnd.accept(name));
            }
        }
    }

    public synchronized boolean isRaised(String name) {
        return raised.containsKey(name);
    }

    /** Removes this part from health. */
    @Override
    public synchronized void close() {
        closed = true;
        parts.remove(this);
        retain(List.of(), name -> {});
    }

    String component() {
        return component;
    }

    synchronized Component worst() {
        return Stream.concat(
                        leading.stream().flatMap(name -> Stream.ofNullable(raised.get(name))), raised.values().stream())
                .max(BY_STATUS)
                .orElseGet(usual);
    }

    private synchronized void end(String name, Runnable logEnd) {
        if (raised.remove(name) == null) {
            return;
        }
        anyRaised = !raised.isEmpty();
        if (log.ends(component, name)) {
            logEnd.run();
        }
    }
}
