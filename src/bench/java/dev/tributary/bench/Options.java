package dev.tributary.bench;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The settings of the benchmark; each is a system property, see {@link #fromSystemProperties}.
 *
 * @param changes in the backlog
 * @param rounds of drain and ceilings, each on a fresh database; the report has their medians
 * @param seed of keys and kinds of change
 * @param delay added to each direction of the replication's and the ceilings' connections
 * @param poll pause between two reads of a shard
 * @param latencyRate writes per second while latency is measured
 * @param latencyTime length of the measurement of latency; 0 skips it
 * @param replicationJvm further options of the replication's JVM, such as {@code -Dmax-in-flight=64}
 */
record Options(
        int changes,
        int rounds,
        long seed,
        Duration delay,
        Duration poll,
        int latencyRate,
        Duration latencyTime,
        List<String> replicationJvm) {

    static Options fromSystemProperties() {
        return new Options(
                Integer.getInteger("changes", 20_000),
                Integer.getInteger("rounds", 3),
                Long.getLong("seed", 1),
                Duration.ofMillis(Integer.getInteger("delay-ms", 0)),
                Duration.ofMillis(Integer.getInteger("poll-ms", 100)),
                Integer.getInteger("latency-rate", 20),
                Duration.ofSeconds(Integer.getInteger("latency-seconds", 30)),
                Stream.concat(
                                Stream.of("-Xmx512m"),
                                Stream.of((System.getProperty("replication-jvm", "") + " -Drow-kb=" + Users.ROW_KB)
                                        .split(" ")))
                        .filter(option -> !option.isBlank())
                        .toList());
    }
}
