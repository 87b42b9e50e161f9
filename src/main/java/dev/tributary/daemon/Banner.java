package dev.tributary.daemon;

import dev.tributary.http.openapi.OpenApiEndpoint;
import java.net.URI;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a person reads when the daemon is ready.
 *
 * @param writes where HTTP writes are taken; null without write routes
 * @param admin where health and metrics are
 * @param local where DynamoDB Local of this process is; null without
 * @param sample a request that can be pasted; null without write routes
 * @param reading whether this process reads every source
 */
record Banner(
        Settings settings,
        @Nullable URI writes,
        URI admin,
        @Nullable URI local,
        @Nullable String sample,
        boolean reading) {

    String text() {
        StringJoiner lines = new StringJoiner(System.lineSeparator());
        lines.add("");
        lines.add("  Tributary " + Version.current() + " is ready.");
        lines.add("");
        settings.source().forEach((name, source) -> source.route()
                .forEach((routeName, route) -> lines.add(
                        "  replicates  %s -> %s  (%s.%s)".formatted(source.table(), route.table(), name, routeName))));
        if (!reading && !settings.source().isEmpty()) {
            lines.add("              standing by: other workers hold the shards");
        }
        if (writes != null) {
            settings.resource()
                    .forEach((name, write) -> lines.add(
                            "  takes       POST %s -> %s".formatted(writes.resolve(write.path()), write.table())));
            lines.add("  describes   %s  (OpenAPI)".formatted(writes.resolve(OpenApiEndpoint.PATH)));
        }
        lines.add("  tells       %s  %s".formatted(admin.resolve("/health"), admin.resolve("/metrics")));
        if (local != null) {
            lines.add("  DynamoDB    %s  (DynamoDB Local, in this process)".formatted(local));
        }
        if (sample != null) {
            lines.add("");
            lines.add("  Try it:");
            lines.add("  " + sample);
        }
        lines.add("");
        return lines.toString();
    }
}
