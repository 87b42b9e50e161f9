package dev.tributary.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Drops the errors about incomplete hash ranges that KCL logs at every shard sync: unlike Kinesis shards, shards of
 * DynamoDB streams have no hash ranges. Other messages of the two loggers pass.
 */
final class HashRangeAlarmFilter extends TurboFilter {

    private static final Set<String> LOGGERS = Set.of(
            "software.amazon.kinesis.leases.HierarchicalShardSyncer",
            "software.amazon.kinesis.coordinator.PeriodicShardSyncManager");

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        if (format == null || !LOGGERS.contains(logger.getName())) {
            return FilterReply.NEUTRAL;
        }
        String message = format.toLowerCase(Locale.ROOT);
        return message.contains("hash range") || message.contains("hashrange") ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
