package dev.tributary.daemon.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The last changes of health, {@link #MAX} at most. They are found by comparison, so short ones may be missed. */
final class RecentConditions {

    static final int MAX = 100;

    private static final int MAX_TEXT = 500;

    /** The newest first. Guarded by this. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** Status of the components at the last look. Guarded by this. */
    private final Map<String, Status> known = new HashMap<>();

    private record Entry(long at, String component, Component state) {}

    /**
     * Compares health with that of the last look.
     *
     * @param at in milliseconds of the epoch
     * @return whether anything has changed
     */
    synchronized boolean look(long at, Health.Snapshot health) {
        boolean changed = false;
        TreeSet<String> names = new TreeSet<>(known.keySet());
        names.addAll(health.components().keySet());
        for (String name : names) {
            Component now = health.components().getOrDefault(name, new Component(Status.UP, "no longer reported"));
            Status before = known.getOrDefault(name, Status.UP);
            if (health.components().containsKey(name)) {
                known.put(name, now.status());
            } else {
                known.remove(name);
            }
            if (now.status() != before) {
                changed = true;
                add(new Entry(at, name, now));
            }
        }
        return changed;
    }

    private void add(Entry entry) {
        if (entries.size() == MAX) {
            entries.removeLast();
        }
        entries.addFirst(entry);
    }

    synchronized ArrayNode json() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        entries.forEach(entry -> json.addObject()
                .put("at", entry.at())
                .put("component", entry.component())
                .put("status", entry.state().status().name())
                .put("detail", shortened(entry.state().detail())));
        return json;
    }

    static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }
}
