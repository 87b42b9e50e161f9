package dev.tributary.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Applies the configured log format and level, and makes loggers asynchronous. */
public final class Logging {

    /** Lines of an asynchronous logger that wait to be written; further ones are dropped. */
    private static final int WAITING_LINES = 8192;

    /** How long lines of an asynchronous logger are collected. One wake-up for each line would cost more than the line. */
    private static final Duration COLLECTING = Duration.ofMillis(100);

    private Logging() {}

    /** An asynchronous logger; closing it writes what waits, for a second at most. */
    public static final class Async extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

        private final Logger logger;
        private final BlockingQueue<ILoggingEvent> waiting = new ArrayBlockingQueue<>(WAITING_LINES);
        private final ScheduledExecutorService writer;

        private Async(Logger logger) {
            this.logger = logger;
            this.writer = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "log " + logger.getName());
                thread.setDaemon(true);
                return thread;
            });
            setContext(logger.getLoggerContext());
            setName(logger.getName());
        }

        private void begin() {
            start();
            logger.setAdditive(false);
            logger.addAppender(this);
            writer.scheduleWithFixedDelay(
                    this::write, COLLECTING.toMillis(), COLLECTING.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            waiting.offer(line);
        }

        /** Writes with the appenders of the root, which stay open when this one stops. */
        private void write() {
            Logger root = logger.getLoggerContext().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            for (ILoggingEvent line = waiting.poll(); line != null; line = waiting.poll()) {
                root.callAppenders(line);
            }
        }

        @Override
        public void close() {
            logger.detachAppender(this);
            logger.setAdditive(true);
            stop();
            writer.execute(this::write);
            writer.shutdown();
            try {
                writer.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Writes the lines of a logger on a separate thread, so that logging does not wait for the output. If lines come faster than
     * they can be written, some are dropped.
     */
    public static Async async(String name) {
        Async async = new Async((Logger) LoggerFactory.getLogger(name));
        async.begin();
        return async;
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
        context.reset();
        LogConfiguration.apply(
                context, settings.format(), Level.toLevel(settings.level().name()), ConsoleTarget.SystemOut);
        var falseAlarms = new HashRangeAlarmFilter();
        falseAlarms.setContext(context);
        falseAlarms.start();
        context.addTurboFilter(falseAlarms);
    }
}
