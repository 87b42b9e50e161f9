package dev.tributary.telemetry;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.time.Duration;
import java.util.Optional;

/** How the daemon logs to standard output. */
@Section(prefix = "log", title = "Logs", intro = "To standard output.")
public record LogSettings(
        @Option(
                key = "format",
                defaultValue = "text",
                example = "json",
                doc =
                        "Lines for people, the same for the systemd journal (a priority that journalctl -p knows in place of time"
                                + " and level), or one JSON object per line.")
        Format format,

        @Option(key = "level", defaultValue = "info", example = "debug", doc = "Level of the daemon's own loggers.")
        Level level,

        @Option(key = "metrics", min = "10s", max = "1h", example = "1m", doc = """
                How often a line with the figures of each source is logged, for collectors that make metrics of fields of a
                log: `source`, `lagSeconds`, `timeLeftSeconds` (until the stream drops what is not in every target), `parked`
                items, `gaps` since the line before, `stalled` and `shards`. Without it: none.""")
        Optional<Duration> metrics) {

    public enum Format {
        TEXT,
        JOURNAL,
        JSON
    }

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
