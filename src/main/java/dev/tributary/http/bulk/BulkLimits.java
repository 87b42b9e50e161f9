package dev.tributary.http.bulk;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.time.Duration;

/** Limits of bulk requests. */
@Section(prefix = "bulk")
public record BulkLimits(
        @Option(key = "max-requests", min = "1", max = "32", defaultValue = "4", doc = """
                Most bulk requests at once; one caller, by its token or address, may have all but one. Each has a thread that
                waits for its client, and up to 4 MB of documents in flight.""")
        int requests,

        @Option(key = "max-bytes", min = "1024", max = "2147483647", defaultValue = "268435456", doc = """
                Largest body of a bulk request, in bytes. It is not held in memory; each of its documents may have
                `http.max-body-bytes`.""")
        int bytes,

        @Option(key = "max-time", min = "1s", max = "24h", defaultValue = "10m", doc = """
                Time after which a bulk request takes no more documents, whether its client or the table is slow. Its reply
                names the document at which it ended.""")
        Duration time) {

    /** Concurrent requests of one caller: not all of them, if there may be more than one. */
    public int requestsOfOneCaller() {
        return Math.max(1, requests - 1);
    }
}
