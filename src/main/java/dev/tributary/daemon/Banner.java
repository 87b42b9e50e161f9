package dev.tributary.daemon;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.http.openapi.OpenApiEndpoint;
import java.net.URI;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * The text that the command line prints when the daemon is ready.
 *
 * @param writes address of the write server; empty without resources
 * @param admin address of health and metrics
 * @param local address of the DynamoDB Local in this process; empty without
 * @param sample a request that can be pasted; empty without resources
 */
record Banner(Settings settings, Optional<URI> writes, URI admin, Optional<URI> local, Optional<String> sample) {

    /**
     * @param reading whether this process reads every source
     */
    String text(boolean reading) {
        StringJoiner lines = new StringJoiner(System.lineSeparator());
        lines.add("");
        lines.add("  Tributary " + ProgramVersion.current() + " is ready.");
        lines.add("");
        settings.source().forEach((name, source) -> source.route()
                .forEach((routeName, route) -> lines.add(
                        "  replicates  %s -> %s  (%s.%s)".formatted(source.table(), route.table(), name, routeName))));
        if (!reading && !settings.source().isEmpty()) {
            lines.add("              standing by: other workers hold the shards, or a route is paused");
        }
        writes.ifPresent(server -> {
            settings.resource()
                    .forEach((name, write) -> lines.add(
                            "  takes       POST %s -> %s".formatted(server.resolve(write.path()), write.table())));
            settings.read()
                    .forEach((name, read) -> lines.add(
                            "  answers     GET %s <- %s".formatted(server.resolve(read.path()), read.table())));
            lines.add("  describes   %s  (OpenAPI)".formatted(server.resolve(OpenApiEndpoint.PATH)));
        });
        lines.add("  shows       %s  (status page)".formatted(admin.resolve("/status")));
        lines.add("  reports     %s  %s".formatted(admin.resolve("/health"), admin.resolve("/metrics")));
        local.ifPresent(server -> lines.add("  DynamoDB    %s  (DynamoDB Local, in this process)".formatted(server)));
        sample.ifPresent(request -> {
            lines.add("");
            lines.add("  Try it:");
            lines.add("  " + request);
        });
        lines.add("");
        return lines.toString();
    }
}
