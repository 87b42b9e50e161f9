package dev.tributary.http;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.http.access.AccessSettings;
import dev.tributary.http.bulk.BulkLimits;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.items.ResourceSettings;
import java.util.Optional;

/** The HTTP endpoint of the resources. */
@Section(prefix = "http", title = "Item endpoint", intro = "The endpoint for requests to the resources.")
public record HttpSettings(
        AccessSettings access,
        HttpLimits limits,
        BulkLimits bulk,

        @Option(
                key = "base-path",
                pattern = ResourceSettings.SEGMENTS,
                expected = ResourceSettings.PATH,
                example = "/store",
                doc = """
                Prefix that a proxy in front removes from the path of a request. Requests are expected without it;
                `Location` and the OpenAPI document begin with it.""")
        Optional<String> basePath,

        @Option(key = "access-log", defaultValue = "false", doc = """
                Logs a line for each request: its id, method, resource, status, the bytes of the reply, milliseconds, and the
                trace that it names in `traceparent`; no path, query or header. Lines are dropped if they come faster than they
                can be written.""")
        boolean accessLog) {}
