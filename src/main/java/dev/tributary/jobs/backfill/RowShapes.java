package dev.tributary.jobs.backfill;

import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.JobTable;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * The shapes that the rows of a target may have: those of all configurations that have written it since its rows were last
 * brought into one shape. Recorded in the table of jobs.
 *
 * @param since when each shape was first written
 */
public record RowShapes(Map<String, String> since) {

    /** The name of the state in the table of jobs. */
    public static final String STATE = "shapes";

    /** The recorded state. */
    public static RowShapes of(JobState stored) {
        return new RowShapes(stored.values());
    }

    /** Shapes of rows that this configuration does not write. */
    public Set<String> others(String shape) {
        Set<String> others = new TreeSet<>(since.keySet());
        others.remove(shape);
        return others;
    }

    /** A message that the target may have rows of other shapes than this one. */
    public String otherText(String shape) {
        return "the target may have rows of another shape (%s) than the configured one (%s)"
                .formatted(String.join(" | ", others(shape)), shape);
    }

    /**
     * Records that rows of this shape are written from now on.
     *
     * @return the recorded state afterwards
     */
    public static CompletableFuture<RowShapes> add(JobTable table, String route, String shape, Instant now) {
        return table.state(route, STATE).thenCompose(stored -> {
            if (stored.values().containsKey(shape)) {
                return CompletableFuture.completedFuture(of(stored));
            }
            Map<String, String> more = new HashMap<>(stored.values());
            more.put(shape, now.toString());
            JobState next = stored.next(more);
            return table.putState(route, STATE, next).thenApply(put -> of(next));
        });
    }

    /** Records that every row that was written until now has this shape. */
    static CompletableFuture<Void> reset(JobTable table, String route, String shape, Instant now) {
        return table.state(route, STATE)
                .thenCompose(stored -> table.putState(route, STATE, stored.next(Map.of(shape, now.toString()))));
    }
}
