package dev.tributary.stream.lease;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.time.Duration;

/** The leases with which workers share shards. */
@Section(prefix = "lease", title = "Leases", intro = "How workers share shards.")
public record LeaseSettings(
        @Option(key = "duration", min = "3s", max = "5m", defaultValue = "8s", doc = """
                Time without renewal after which another worker takes a shard over; a lease is renewed three times within
                it. Shorter resumes sooner after a crash, and takes more writes to the lease table. The same for all
                workers and commands: a worker is taken for dead by the duration of the one that looks, so change it while all
                are stopped.""")
        Duration duration) {}
