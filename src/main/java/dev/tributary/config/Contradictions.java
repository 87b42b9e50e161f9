package dev.tributary.config;

import dev.tributary.config.LocalSettings.Mode;
import java.net.URI;
import java.nio.file.Path;
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
final class Contradictions extends Reports {

    /** A table and where it is; two keys that lead to the same place mean the same table. */
    private record Place(String table, Optional<String> region, Optional<URI> endpoint) {}

    private record Route(String source, String name, Place from, Place to) {}

    private final List<String> sources;
    private final List<String> writes;

    Contradictions(Values values, Consumer<ConfigError> errors) {
        super(values, errors);
        this.sources = values.names(SourceKeys.TABLE);
        this.writes = values.names(WriteKeys.TABLE);
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
        new WriteContradictions(values, errors).check();
        new LimitContradictions(values, errors).check();
    }

    private void checkListeners() {
        checkWhoReachesTheWriteEndpoint();
        checkLoopback(
                EndpointKeys.ADMIN_HOST,
                EndpointKeys.ADMIN_ALLOW_REMOTE,
                "listen on 127.0.0.1, or set admin.allow-remote=true if only trusted callers reach the port");
        checkPortsDiffer(EndpointKeys.HTTP_PORT, EndpointKeys.ADMIN_PORT);
        if (localMode()) {
            checkPortsDiffer(EndpointKeys.HTTP_PORT, LocalKeys.PORT);
            checkPortsDiffer(EndpointKeys.ADMIN_PORT, LocalKeys.PORT);
        }
    }

    private void checkWhoReachesTheWriteEndpoint() {
        boolean tls = values.find(AccessKeys.HTTP_TLS_CERTIFICATE).isPresent();
        if (tls != values.find(AccessKeys.HTTP_TLS_KEY).isPresent()) {
            Key<Path> missing = tls ? AccessKeys.HTTP_TLS_KEY : AccessKeys.HTTP_TLS_CERTIFICATE;
            report(
                    values.label(tls ? AccessKeys.HTTP_TLS_CERTIFICATE : AccessKeys.HTTP_TLS_KEY),
                    "TLS takes a certificate and its key",
                    "give " + missing.pattern() + " too, or remove this");
        }
        if (values.find(AccessKeys.HTTP_TOKENS).isEmpty()) {
            checkLoopback(
                    EndpointKeys.HTTP_HOST,
                    EndpointKeys.HTTP_ALLOW_REMOTE,
                    "listen on 127.0.0.1, give callers tokens with http.tokens, or set http.allow-remote=true if only"
                            + " trusted callers reach the port");
            return;
        }
        values.find(EndpointKeys.HTTP_HOST)
                .filter(host -> !tls
                        && !isLoopback(host)
                        && !values.find(AccessKeys.HTTP_ALLOW_PLAIN_TEXT).orElse(true))
                .ifPresent(host -> report(
                        EndpointKeys.HTTP_HOST,
                        host,
                        "is not loopback, and tokens would be there for all to see who see the traffic",
                        "listen on 127.0.0.1, give http.tls.certificate and http.tls.key, or set"
                                + " http.allow-plain-text=true if something in front ends TLS"));
    }

    private void checkLoopback(Key<String> hostKey, Key<Boolean> allowKey, String remedy) {
        Optional<String> host = values.find(hostKey);
        if (host.isPresent()
                && !isLoopback(host.get())
                && !values.find(allowKey).orElse(true)) {
            report(hostKey, host.get(), "is not loopback, and nothing authenticates callers", remedy);
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
        return values.find(LocalKeys.MODE).orElse(Mode.OFF) != Mode.OFF;
    }

    private void checkLocalMode() {
        if (values.find(LocalKeys.MODE).isEmpty()) {
            return;
        }
        if (!localMode()) {
            for (String table : values.names(LocalKeys.TABLE_KEY)) {
                report(
                        values.label(LocalKeys.MODE),
                        "off",
                        "local.table." + table + " has no effect without local mode",
                        "set local.mode to memory or directory, or remove local.table." + table);
            }
            return;
        }
        refuseInLocalMode(Keys.AWS_REGION);
        refuseInLocalMode(Keys.AWS_ENDPOINT);
        for (String source : sources) {
            refuseInLocalMode(SourceKeys.REGION, source);
            refuseInLocalMode(SourceKeys.ENDPOINT, source);
            for (String route : values.names(RouteKeys.TABLE, source)) {
                refuseInLocalMode(RouteKeys.REGION, source, route);
                refuseInLocalMode(RouteKeys.ENDPOINT, source, route);
            }
            checkLocalStream(source);
        }
        for (String write : writes) {
            refuseInLocalMode(WriteKeys.REGION, write);
            refuseInLocalMode(WriteKeys.ENDPOINT, write);
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
        Optional<String> table = values.find(SourceKeys.TABLE, source);
        if (table.isPresent()
                && values.names(LocalKeys.TABLE_KEY).contains(table.get())
                && !values.find(LocalKeys.TABLE_STREAM, table.get()).orElse(true)) {
            report(
                    SourceKeys.TABLE,
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
        if (source.equals("late-writes")) {
            report(
                    "source." + source,
                    "its lease table would have the name of the table of late writes",
                    "choose another name for the source");
        }
        if (source.equals("idempotency")) {
            report(
                    "source." + source,
                    "its lease table would have the name of the table of idempotency keys",
                    "choose another name for the source");
        }
        List<String> routes = values.names(RouteKeys.TABLE, source);
        if (routes.isEmpty()) {
            report(
                    "source." + source,
                    "has no route, so its changes would go nowhere",
                    "give source." + source + ".route.<name>.table, or remove the source");
        }
        for (String route : routes) {
            Set<String> both =
                    new HashSet<>(values.find(RouteKeys.INCLUDE, source, route).orElse(Set.of()));
            both.retainAll(values.find(RouteKeys.EXCLUDE, source, route).orElse(Set.of()));
            for (String attribute : both.stream().sorted().toList()) {
                report(
                        RouteKeys.EXCLUDE,
                        attribute,
                        "is named by " + values.label(RouteKeys.INCLUDE, source, route) + " too",
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
                        SourceKeys.TABLE,
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
            for (String name : values.names(RouteKeys.TABLE, source)) {
                Optional<Place> to = place(RouteKeys.TABLE, RouteKeys.REGION, RouteKeys.ENDPOINT, source, name);
                String before = to.map(p -> targets.putIfAbsent(p, name)).orElse(null);
                if (before != null) {
                    report(
                            RouteKeys.TABLE,
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
                RouteKeys.TABLE,
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

    private Optional<Place> sourcePlace(String source) {
        return place(SourceKeys.TABLE, SourceKeys.REGION, SourceKeys.ENDPOINT, source);
    }

    private Optional<Place> place(Key<String> table, Key<String> region, Key<URI> endpoint, String... names) {
        Function<String, Place> at = name -> new Place(
                name,
                values.find(region, names).or(() -> values.find(Keys.AWS_REGION)),
                values.find(endpoint, names).or(() -> values.find(Keys.AWS_ENDPOINT)));
        return values.find(table, names).map(at);
    }
}
