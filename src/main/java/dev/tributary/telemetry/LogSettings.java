package dev.tributary.telemetry;

import dev.tributary.config.Option;
import dev.tributary.config.Section;

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
        Level level) {

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
