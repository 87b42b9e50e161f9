package dev.tributary.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/**
 * Puts the priority that the systemd journal reads in front of each line of a message, see {@code sd-daemon(3)}: the
 * journal stores each line as an entry, those of a stack trace too.
 */
public final class JournalPriority extends CompositeConverter<ILoggingEvent> {

    @Override
    protected String transform(ILoggingEvent event, String lines) {
        String priority = "<" + priority(event.getLevel()) + ">";
        return priority + lines.stripTrailing().replace("\n", "\n" + priority) + System.lineSeparator();
    }

    /** The level of {@code syslog(3)}. */
    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }
}
