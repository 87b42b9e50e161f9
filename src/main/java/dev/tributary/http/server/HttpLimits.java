package dev.tributary.http.server;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import java.time.Duration;

/** The limits of a server: number, size and duration of requests. */
public record HttpLimits(
        @Option(
                key = "max-body-bytes",
                min = "1024",
                max = "104857600",
                defaultValue = "1048576",
                doc = "Largest request body, in bytes. A DynamoDB item has at most 400 KB.")
        int maxBodyBytes,

        @Option(key = "max-open-bytes", min = "1024", max = "2147483647", defaultValue = "67108864", doc = """
                Bytes of the bodies of all requests in flight; a request that would exceed them is answered 503. A body of
                unknown length counts as `http.max-body-bytes`.""")
        int maxOpenBytes,

        @Option(
                key = "max-requests",
                min = "1",
                max = "4096",
                defaultValue = "512",
                doc = "Requests in flight, each with a thread while its body arrives; further ones are answered 503.")
        int maxRequests,

        @Option(key = "max-connections", min = "1", max = "65535", defaultValue = "1024", doc = """
                Connections open at once. Further ones wait in the system's queue; meanwhile idle connections are closed
                early.""")
        int maxConnections,

        @Option(
                key = "max-header-bytes",
                min = "1024",
                max = "65536",
                defaultValue = "16384",
                doc = "Bytes of a request's line and headers together. The longest key takes 9,216 in a path.")
        int maxHeaderBytes,

        @Option(key = "request-timeout", min = "100ms", max = "5m", defaultValue = "10s", doc = """
                Time for a request's headers to arrive, and for its body in addition to the time that
                `http.min-bytes-per-second` gives.""")
        Duration requestTimeout,

        @Option(key = "min-bytes-per-second", min = "1", max = "1048576", defaultValue = "1024", doc = """
                Lowest rate at which a body may arrive: it has `http.request-timeout`, and a second more for each time that
                this number of bytes has arrived.""")
        int minBytesPerSecond,

        @Option(key = "idle-timeout", min = "100ms", max = "1h", defaultValue = "30s", doc = """
                Time after which an idle connection is closed: one without a request, one whose body stalls, one whose
                reply is not read. A proxy in front should close its connections earlier.""")
        Duration idleTimeout)
        implements Checked {

    @Override
    public void check(CrossCheck check) {
        if (maxOpenBytes < maxBodyBytes && check.accepted("max-body-bytes")) {
            check.report(
                    "max-open-bytes",
                    maxOpenBytes,
                    "is less than one body of " + check.name("max-body-bytes") + " = " + maxBodyBytes,
                    "raise it to that value at least");
        }
    }
}
