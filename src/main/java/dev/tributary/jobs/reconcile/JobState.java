package dev.tributary.jobs.reconcile;

import java.util.Map;

/**
 * The state of a job that outlives its process.
 *
 * @param revision grows with each state, so that a late write of one cannot replace a newer one
 */
public record JobState(long revision, Map<String, String> values) {

    /** No state is recorded. */
    public static final JobState NONE = new JobState(0, Map.of());

    /** The next state. */
    public JobState next(Map<String, String> changed) {
        return new JobState(revision + 1, Map.copyOf(changed));
    }

    /** A value; empty text if there is none. */
    public String value(String name) {
        return values.getOrDefault(name, "");
    }
}
