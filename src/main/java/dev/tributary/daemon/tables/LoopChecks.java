package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.replication.RouteSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that no route feeds its own source, directly or through other routes: its changes would circulate without end.
 * Tables are compared by identity, because one table may be reached by several endpoints.
 *
 * @param described the tables that exist, by the key prefix of their settings
 */
record LoopChecks(Map<String, DescribedTable> described, TableProblems problems) {

    /** A route with the identities of its tables. */
    private record Edge(String prefix, RouteSettings route, String source, String target) {}

    void run(Settings settings) {
        List<Edge> edges = edges(settings);
        for (Edge edge : edges) {
            if (reaches(edge.target(), edge.source(), edges, new HashSet<>())) {
                problems.add(
                        edge.prefix() + ".table",
                        edge.route().table(),
                        "it is the source's own table, or leads back to it: a loop; name a table that feeds no source"
                                + " of this one");
            }
        }
    }

    private List<Edge> edges(Settings settings) {
        List<Edge> edges = new ArrayList<>();
        settings.source().forEach((name, source) -> source.route().forEach((routeName, route) -> {
            String prefix = CheckedTables.prefix(name, routeName);
            DescribedTable from = described.get(CheckedTables.prefix(name));
            DescribedTable to = described.get(prefix);
            if (from != null && to != null) {
                edges.add(new Edge(prefix, route, from.identity(), to.identity()));
            }
        }));
        return edges;
    }

    private static boolean reaches(String from, String to, List<Edge> edges, Set<String> seen) {
        return from.equals(to)
                || (seen.add(from)
                        && edges.stream()
                                .filter(edge -> edge.source().equals(from))
                                .anyMatch(edge -> reaches(edge.target(), to, edges, seen)));
    }
}
