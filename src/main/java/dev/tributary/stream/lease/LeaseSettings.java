package dev.tributary.stream.lease;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.time.Duration;

/** The leases with which workers share shards. */
@Section(prefix = "lease", title = "Leases", intro = "How workers share shards.")
public record LeaseSettings(
        @Option(key = "duration", min = "3s", max = "5m", defaultValue = "8s", doc = """
                Time without renewal after which another worker takes a shard over; a lease is renewed three times within
                it. Shorter resumes sooner after a crash, and takes more writes to the lease table.""")
        Duration duration) {}
