package dev.tributary.jobs.reconcile;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * The states of the jobs on one target table of a route. Another table, and one that was created again under the same name,
 * has states of its own. Safe for any thread; a future fails with what the SDK throws.
 *
 * @param table where they are recorded
 * @param route {@code <source>.<route>}
 * @param target identity of the target table: its ARN, {@code #}, and what tells it from a former table of that ARN
 */
public record TargetStates(JobTable table, String route, String target) {

    private String scope() {
        return route + " " + target;
    }

    /** The state of this name; with revision 0 and no values if there is none. */
    public CompletableFuture<JobState> get(String name) {
        return table.state(scope(), name);
    }

    /** Stores a state, unless a later one of its name is stored. */
    public CompletableFuture<Void> put(String name, JobState state) {
        return table.putState(scope(), name, state);
    }

    /** Changes the entry of the target in the list of all targets of its source; see {@link JobTable#update}. */
    public CompletableFuture<JobState> updateListed(UnaryOperator<Map<String, String>> change) {
        return table.update(list(source()), scope(), change);
    }

    /** The entry of the target in the list of all targets of its source; with revision 0 and no values if there is none. */
    public CompletableFuture<JobState> listed() {
        return table.state(list(source()), scope());
    }

    /** Whether the other is the same route to a table of the same ARN, of which only one can exist. */
    public boolean isSameArn(TargetStates other) {
        return route.equals(other.route) && arn().equals(other.arn());
    }

    private String arn() {
        int id = target.lastIndexOf('#');
        return id < 0 ? target : target.substring(0, id);
    }

    private String source() {
        return route.substring(0, route.indexOf('.'));
    }

    /** All target tables that the routes of a source ever had, beside entries that are empty. */
    public static CompletableFuture<List<TargetStates>> all(JobTable table, String source) {
        return table.states(list(source)).thenApply(states -> states.entrySet().stream()
                .filter(entry -> !entry.getValue().values().isEmpty())
                .map(entry -> entry.getKey().split(" ", 2))
                .map(parts -> new TargetStates(table, parts[0], parts[1]))
                .toList());
    }

    /** No source, no route and no other scope has this name: names have no spaces. */
    private static String list(String source) {
        return "targets of " + source;
    }
}
