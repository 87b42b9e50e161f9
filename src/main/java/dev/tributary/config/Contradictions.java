package dev.tributary.config;

import dev.tributary.config.LocalSettings.Mode;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reports values that are right by themselves and wrong together. Values that were refused already are left out. */
final class Contradictions {

    /** A table and where it is; two keys that lead to the same place mean the same table. */
    private record Place(String table, Optional<String> region, Optional<URI> endpoint) {}

    private record Route(String source, String name, Place from, Place to) {}

    private final Values values;
    private final Consumer<ConfigError> errors;
    private final List<String> sources;
    private final List<String> writes;

    Contradictions(Values values, Consumer<ConfigError> errors) {
        this.values = values;
        this.errors = errors;
        this.sources = values.names(Keys.SOURCE_TABLE);
        this.writes = values.names(Keys.WRITE_TABLE);
    }

    void check() {
        if (sources.isEmpty() && writes.isEmpty()) {
            report(
                    "source",
                    "neither a source nor a write route is configured, so there is nothing to do",
                    "give source.<name>.table and source.<name>.route.<name>.table, or write.<name>.path and"
                            + " write.<name>.table");
        }
        checkListeners();
        checkLocalMode();
        for (String source : sources) {
            checkSource(source);
        }
        checkSameSourceTwice();
        checkRoutes();
        checkWrites();
    }

    private void checkListeners() {
        checkLoopback(Keys.HTTP_HOST, Keys.HTTP_ALLOW_REMOTE);
        checkLoopback(Keys.ADMIN_HOST, Keys.ADMIN_ALLOW_REMOTE);
        checkPortsDiffer(Keys.HTTP_PORT, Keys.ADMIN_PORT);
        if (localMode()) {
            checkPortsDiffer(Keys.HTTP_PORT, Keys.LOCAL_PORT);
            checkPortsDiffer(Keys.ADMIN_PORT, Keys.LOCAL_PORT);
        }
    }

    private void checkLoopback(Key<String> hostKey, Key<Boolean> allowKey) {
        Optional<String> host = values.find(hostKey);
        if (host.isPresent()
                && !isLoopback(host.get())
                && !values.find(allowKey).orElse(true)) {
            report(
                    hostKey,
                    host.get(),
                    "is not loopback, and nothing authenticates callers",
                    "listen on 127.0.0.1, or set " + allowKey.pattern()
                            + "=true if only trusted callers reach the port");
        }
    }

    /** By its text alone: a name server's answer may be another one later. */
    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127(\\.\\d{1,3}){3}")
                || host.matches("\\[?(::1|(0{1,4}:){7}0{0,3}1)]?");
    }

    private void checkPortsDiffer(Key<Integer> one, Key<Integer> other) {
        Optional<Integer> port = values.find(other);
        if (port.isPresent() && port.get() != 0 && port.equals(values.find(one))) {
            report(other, port.get(), "is the port of " + one.pattern() + " too", "give them different ports");
        }
    }

    private boolean localMode() {
        return values.find(Keys.LOCAL_MODE).orElse(Mode.OFF) != Mode.OFF;
    }

    private void checkLocalMode() {
        if (values.find(Keys.LOCAL_MODE).isEmpty()) {
            return;
        }
        if (!localMode()) {
            for (String table : values.names(Keys.LOCAL_TABLE_KEY)) {
                report(
                        values.label(Keys.LOCAL_MODE),
                        "off",
                        "local.table." + table + " has no effect without local mode",
                        "set local.mode to memory or directory, or remove local.table." + table);
            }
            return;
        }
        refuseInLocalMode(Keys.AWS_REGION);
        refuseInLocalMode(Keys.AWS_ENDPOINT);
        for (String source : sources) {
            refuseInLocalMode(Keys.SOURCE_REGION, source);
            refuseInLocalMode(Keys.SOURCE_ENDPOINT, source);
            for (String route : values.names(Keys.ROUTE_TABLE, source)) {
                refuseInLocalMode(Keys.ROUTE_REGION, source, route);
                refuseInLocalMode(Keys.ROUTE_ENDPOINT, source, route);
            }
            checkLocalStream(source);
        }
        for (String write : writes) {
            refuseInLocalMode(Keys.WRITE_REGION, write);
            refuseInLocalMode(Keys.WRITE_ENDPOINT, write);
        }
    }

    private void refuseInLocalMode(Key<?> key, String... names) {
        values.find(key, names)
                .ifPresent(value -> report(
                        key,
                        value,
                        "contradicts local.mode, which puts every table into this process",
                        "remove it, or set local.mode=off",
                        names));
    }

    private void checkLocalStream(String source) {
        Optional<String> table = values.find(Keys.SOURCE_TABLE, source);
        if (table.isPresent()
                && values.names(Keys.LOCAL_TABLE_KEY).contains(table.get())
                && !values.find(Keys.LOCAL_TABLE_STREAM, table.get()).orElse(true)) {
            report(
                    Keys.SOURCE_TABLE,
                    table.get(),
                    "is a local table without a stream",
                    "set local.table." + table.get() + ".stream=true",
                    source);
        }
    }

    private void checkSource(String source) {
        if (source.equals("dead-letters")) {
            report(
                    "source." + source,
                    "its lease table would have the name of the table of dead letters",
                    "choose another name for the source");
        }
        List<String> routes = values.names(Keys.ROUTE_TABLE, source);
        if (routes.isEmpty()) {
            report(
                    "source." + source,
                    "has no route, so its changes would go nowhere",
                    "give source." + source + ".route.<name>.table, or remove the source");
        }
        for (String route : routes) {
            Set<String> both =
                    new HashSet<>(values.find(Keys.ROUTE_INCLUDE, source, route).orElse(Set.of()));
            both.retainAll(values.find(Keys.ROUTE_EXCLUDE, source, route).orElse(Set.of()));
            for (String attribute : both.stream().sorted().toList()) {
                report(
                        Keys.ROUTE_EXCLUDE,
                        attribute,
                        "is named by " + values.label(Keys.ROUTE_INCLUDE, source, route) + " too",
                        "name the attribute in one of the two",
                        source,
                        route);
            }
        }
    }

    private void checkSameSourceTwice() {
        Map<Place, String> readers = new HashMap<>();
        for (String source : sources) {
            Optional<Place> place = sourcePlace(source);
            String before = place.map(p -> readers.putIfAbsent(p, source)).orElse(null);
            if (before != null) {
                report(
                        Keys.SOURCE_TABLE,
                        place.get().table(),
                        "is the table of source " + before + " too, and a stream is read once",
                        "move the routes to source." + before,
                        source);
            }
        }
    }

    private void checkRoutes() {
        List<Route> routes = new ArrayList<>();
        for (String source : sources) {
            Map<Place, String> targets = new HashMap<>();
            for (String name : values.names(Keys.ROUTE_TABLE, source)) {
                Optional<Place> to = place(Keys.ROUTE_TABLE, Keys.ROUTE_REGION, Keys.ROUTE_ENDPOINT, source, name);
                String before = to.map(p -> targets.putIfAbsent(p, name)).orElse(null);
                if (before != null) {
                    report(
                            Keys.ROUTE_TABLE,
                            to.get().table(),
                            "is the target of route " + before + " of this source too",
                            "name another table, or remove one of the routes",
                            source,
                            name);
                }
                sourcePlace(source)
                        .ifPresent(from -> to.ifPresent(target -> routes.add(new Route(source, name, from, target))));
            }
        }
        routes.forEach(route -> checkLoop(route, routes));
    }

    /** What a route of a loop writes would come back to it, for ever. */
    private void checkLoop(Route route, List<Route> routes) {
        String problem;
        if (route.to().equals(route.from())) {
            problem = "is the source's own table: a loop";
        } else if (reaches(route.to(), route.from(), routes)) {
            problem = "leads back to the source's own table " + route.from().table() + ": a loop";
        } else {
            return;
        }
        report(
                Keys.ROUTE_TABLE,
                route.to().table(),
                problem,
                "name a table that feeds no source of this one",
                route.source(),
                route.name());
    }

    private static boolean reaches(Place start, Place end, List<Route> routes) {
        Set<Place> seen = new HashSet<>();
        Deque<Place> next = new ArrayDeque<>(List.of(start));
        while (!next.isEmpty()) {
            Place place = next.remove();
            if (place.equals(end)) {
                return true;
            }
            if (seen.add(place)) {
                routes.stream().filter(route -> route.from().equals(place)).forEach(route -> next.add(route.to()));
            }
        }
        return false;
    }

    private void checkWrites() {
        Map<String, String> paths = new HashMap<>();
        for (String write : writes) {
            values.find(Keys.WRITE_PATH, write).ifPresent(path -> {
                String before = paths.putIfAbsent(path, write);
                if (before != null) {
                    report(
                            Keys.WRITE_PATH,
                            path,
                            "is the path of write route " + before + " too",
                            "give each write route a path of its own",
                            write);
                }
            });
            Map<String, AttributeType> types = values.all(Keys.WRITE_TYPE, write);
            values.all(Keys.WRITE_DEFAULTS, write).forEach((attribute, text) -> {
                AttributeType type = types.get(attribute);
                if (type != null && !AttributeText.isOf(type, text)) {
                    report(
                            Keys.WRITE_DEFAULTS,
                            text,
                            "expected " + AttributeText.expected(type) + ", as "
                                    + values.label(Keys.WRITE_TYPE, write, attribute) + " is " + type,
                            "for example " + AttributeText.example(type),
                            write,
                            attribute);
                }
            });
        }
    }

    private Optional<Place> sourcePlace(String source) {
        return place(Keys.SOURCE_TABLE, Keys.SOURCE_REGION, Keys.SOURCE_ENDPOINT, source);
    }

    private Optional<Place> place(Key<String> table, Key<String> region, Key<URI> endpoint, String... names) {
        Function<String, Place> at = name -> new Place(
                name,
                values.find(region, names).or(() -> values.find(Keys.AWS_REGION)),
                values.find(endpoint, names).or(() -> values.find(Keys.AWS_ENDPOINT)));
        return values.find(table, names).map(at);
    }

    private void report(Key<?> key, Object value, String problem, String remedy, String... names) {
        report(values.label(key, names), value.toString(), problem, remedy);
    }

    private void report(String label, String value, String problem, String remedy) {
        errors.accept(ConfigError.of(label, value, problem, remedy));
    }

    private void report(String label, String problem, String remedy) {
        errors.accept(ConfigError.of(label, problem, remedy));
    }
}
