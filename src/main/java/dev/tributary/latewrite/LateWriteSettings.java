package dev.tributary.latewrite;

import dev.tributary.config.Option;
import java.time.Duration;

/** How long writes without an answer are expected to take effect. */
public record LateWriteSettings(
        @Option(key = "late-write-horizon", min = "1m", max = "1h", defaultValue = "15m", doc = """
                How long a write that was sent and never answered may still take effect. DynamoDB refuses signatures that
                are older than 15 minutes; a removal that such a write may follow is repeated until then. Raise it only
                where something between the daemon and DynamoDB signs requests again.""")
        Duration horizon) {}
