package dev.tributary.telemetry;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
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

    /** Lines of an asynchronous logger that wait to be written; further ones are dropped. */
    private static final int WAITING_LINES = 8192;

    private Logging() {}

    /** An asynchronous logger; closing it writes what waits, for a second at most. */
    public static final class Async implements AutoCloseable {

        private final Logger logger;
        private final AsyncAppender appender;

        private Async(Logger logger, AsyncAppender appender) {
            this.logger = logger;
            this.appender = appender;
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
            logger.setAdditive(true);
            appender.stop();
        }
    }

    /** Passes lines on, so that an appender that stops does not stop those of all others. */
    private static final class ToRoot extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent line) {
            ((LoggerContext) getContext())
                    .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                    .callAppenders(line);
        }
    }

    /**
     * Has the lines of a logger written by a thread of their own, so that whoever logs them does not wait. If they come faster
     * than they can be written, some are dropped.
     */
    public static Async async(String name) {
        Logger logger = (Logger) LoggerFactory.getLogger(name);
        AsyncAppender appender = new AsyncAppender();
        appender.setContext(logger.getLoggerContext());
        appender.setName(name);
        appender.setQueueSize(WAITING_LINES);
        appender.setNeverBlock(true);
        AppenderBase<ILoggingEvent> root = new ToRoot();
        root.setContext(logger.getLoggerContext());
        root.start();
        appender.addAppender(root);
        appender.start();
        logger.setAdditive(false);
        logger.addAppender(appender);
        return new Async(logger, appender);
    }

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
