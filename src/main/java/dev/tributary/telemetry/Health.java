package dev.tributary.telemetry;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** How each component of the daemon is. Safe for any thread. */
public final class Health {

    private final ConcurrentSkipListMap<String, Component> components = new ConcurrentSkipListMap<>();

    /** How well a component does. */
    public enum Status {
        UP,
        STARTING,
        DEGRADED,
        DOWN
    }

    /** A status and what it means, for people. */
    public record Component(Status status, String detail) {}

    /** Replaces what was said of the component before. */
    public void report(String component, Status status, String detail) {
        components.put(component, new Component(status, detail));
    }

    /** All components by name, as they are now. */
    public Map<String, Component> snapshot() {
        return Map.copyOf(components);
    }
}
