package dev.tributary.daemon.tables;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.local.LocalStreams;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.RouteReaders;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tables of a configuration, after all checks have passed.
 *
 * @param described by the key prefix of their settings
 * @param plans descriptions of the tables that a start creates
 */
public record CheckedTables(Map<String, DescribedTable> described, Set<String> plans) {

    public DescribedTable source(String source) {
        return get(prefix(source));
    }

    /** Whether the stream of a source is that of a DynamoDB Local. */
    public boolean isLocal(String source) {
        return source(source).streamArn().filter(LocalStreams::isLocal).isPresent();
    }

    public DescribedTable target(String source, String route) {
        return get(prefix(source, route));
    }

    public DescribedTable resource(String resource) {
        return get(resourcePrefix(resource));
    }

    public DescribedTable read(String resource) {
        return get(readPrefix(resource));
    }

    /** The projection of a route. */
    public Projection projection(String source, String route, RouteSettings settings) {
        return new Projection(settings.projection(), target(source, route).key());
    }

    /** The route as workers report it. */
    public String entry(String source, String route, RouteSettings settings) {
        return RouteReaders.entry(
                Route.name(source, route),
                projection(source, route, settings).shape(),
                target(source, route).arn());
    }

    /** The sources and their routes, as workers report them. */
    public Set<String> reported(Map<String, SourceSettings> sources) {
        Set<String> reported = new TreeSet<>(sources.keySet());
        sources.forEach((source, settings) ->
                settings.route().forEach((route, routeSettings) -> reported.add(entry(source, route, routeSettings))));
        return reported;
    }

    private DescribedTable get(String prefix) {
        return Optional.ofNullable(described.get(prefix)).orElseThrow();
    }

    static String prefix(String source) {
        return "source." + source;
    }

    static String prefix(String source, String route) {
        return prefix(source) + ".route." + route;
    }

    static String resourcePrefix(String resource) {
        return "write." + resource;
    }

    static String readPrefix(String resource) {
        return "read." + resource;
    }
}
