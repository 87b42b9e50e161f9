package dev.tributary.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Everything the daemon is told, checked before anything starts. Immutable and safe for any thread. */
public interface Settings {

    /** Prefix of the tables the daemon owns: one lease table per source, {@code <application>-<source>}. */
    String application();

    /** Name of this process among the workers; absent: host name and a random part. */
    Optional<String> workerId();

    AwsSettings aws();

    LogSettings log();

    HttpSettings http();

    AdminSettings admin();

    LeaseSettings lease();

    LocalSettings local();

    /** Longest time from a stop signal to the end of the process. */
    Duration shutdownTimeout();

    /** How long a write may still take effect after it was sent and never answered. */
    Duration lateWriteHorizon();

    /** Source tables by the name the configuration gives them. */
    Map<String, SourceSettings> source();

    /** Write routes of the HTTP endpoint by name. */
    Map<String, WriteSettings> write();

    /** Name of the table in which the workers of a source share its shards. */
    default String leaseTable(String source) {
        return application() + "-" + source;
    }
}
