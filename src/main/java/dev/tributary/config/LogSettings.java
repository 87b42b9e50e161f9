package dev.tributary.config;

/** How the daemon logs to standard output. */
public interface LogSettings {

    Format format();

    /** Level of the daemon's own loggers: ERROR, WARN, INFO, DEBUG or TRACE. */
    Level level();

    enum Format {
        TEXT,
        JSON
    }

    enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
