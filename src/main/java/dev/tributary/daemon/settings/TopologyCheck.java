package dev.tributary.daemon.settings;

import dev.tributary.config.CrossCheck;
import dev.tributary.dynamo.TableSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reports tables that are read or written twice, and routes that lead back to their source. */
final class TopologyCheck {

    /** A route whose tables were both accepted. */
    private record Route(String key, TablePlace from, TablePlace to) {}

    private final Settings settings;
    private final CrossCheck check;

    TopologyCheck(Settings settings, CrossCheck check) {
        this.settings = settings;
        this.check = check;
    }

    void run() {
        List<Route> routes = new ArrayList<>();
        Map<TablePlace, String> sources = new HashMap<>();
        settings.source().forEach((name, source) -> {
            String key = "source." + name + ".table";
            Optional<TablePlace> from = place(key, source);
            from.map(place -> sources.putIfAbsent(place, name))
                    .ifPresent(before -> check.report(
                            key,
                            source.table(),
                            "is the table of source " + before + " too, and a stream is read once",
                            "move the routes to source." + before));
            Map<TablePlace, String> targets = new HashMap<>();
            source.route().forEach((route, target) -> {
                String targetKey = "source." + name + ".route." + route + ".table";
                Optional<TablePlace> to = place(targetKey, target);
                to.map(place -> targets.putIfAbsent(place, route))
                        .ifPresent(before -> check.report(
                                targetKey,
                                target.table(),
                                "is the target of route " + before + " of this source too",
                                "name another table, or remove one of the routes"));
                from.ifPresent(start -> to.ifPresent(end -> routes.add(new Route(targetKey, start, end))));
            });
        });
        routes.forEach(route -> checkLoop(route, routes));
    }

    private Optional<TablePlace> place(String key, TableSettings table) {
        return check.accepted(key) ? Optional.of(TablePlace.of(table, settings.aws())) : Optional.empty();
    }

    /** The writes of a route in a loop would come back to it without end. */
    private void checkLoop(Route route, List<Route> routes) {
        String remedy = "name a table that feeds no source of this one";
        if (route.to().equals(route.from())) {
            check.report(route.key(), route.to().table(), "is the source's own table: a loop", remedy);
        } else if (reaches(route.to(), route.from(), routes)) {
            check.report(
                    route.key(),
                    route.to().table(),
                    "leads back to the source's own table " + route.from().table() + ": a loop",
                    remedy);
        }
    }

    private static boolean reaches(TablePlace start, TablePlace end, List<Route> routes) {
        Set<TablePlace> seen = new HashSet<>();
        Deque<TablePlace> next = new ArrayDeque<>(List.of(start));
        while (!next.isEmpty()) {
            TablePlace place = next.remove();
            if (place.equals(end)) {
                return true;
            }
            if (seen.add(place)) {
                routes.stream().filter(route -> route.from().equals(place)).forEach(route -> next.add(route.to()));
            }
        }
        return false;
    }
}
