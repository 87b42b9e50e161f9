package dev.tributary.telemetry;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Applies the configured log format and level.
 *
 * <p>{@code logback.xml} alone defines loggers and appenders; this class sets its variables.
 */
public final class Logging {

    private Logging() {}

    /**
     * Logs to standard output in the configured format and level from now on. Loggers obtained before follow. Lines
     * that other threads log during the call may be lost, so call it before starting threads.
     */
    public static void configure(LogSettings settings) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("SLF4J is bound to "
                    + LoggerFactory.getILoggerFactory().getClass().getName()
                    + " instead of logback: remove the other SLF4J provider from the class path");
        }
        URL configuration = Logging.class.getResource("/logback.xml");
        if (configuration == null) {
            throw new IllegalStateException("logback.xml is missing from the class path");
        }
        context.reset();
        context.putProperty("tributary.log.target", "System.out");
        context.putProperty("tributary.log.format", settings.format().name().toLowerCase(Locale.ROOT));
        context.putProperty("tributary.log.level", settings.level().name());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException("cannot read " + configuration, e);
        }
        var falseAlarms = new HashRangeAlarmFilter();
        falseAlarms.setContext(context);
        falseAlarms.start();
        context.addTurboFilter(falseAlarms);
    }
}
