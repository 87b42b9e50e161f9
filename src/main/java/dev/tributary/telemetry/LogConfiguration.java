package dev.tributary.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAware;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.spi.LifeCycle;
import dev.tributary.telemetry.LogSettings.Format;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import net.logstash.logback.stacktrace.ShortenedThrowableConverter;

/**
 * Configures logback: text on standard error, until {@link Logging} has the settings. Commands that print results never have
 * them, so their output stays clean. The system property {@code tributary.log.level} sets the level of the loggers of this
 * program until then.
 *
 * <p>In code, because reading XML takes a third of the time of a short command. Logback finds it as a service.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class LogConfiguration extends ContextAwareBase implements Configurator {

    private static final String MESSAGE =
            "%logger{0}%replace( [%mdc]){' \\[\\]', ''} - %msg%replace( %kvp{NONE}){'^ $', ''}%n";
    private static final String TEXT = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level " + MESSAGE;

    /** The journal keeps the time of each line. */
    private static final String JOURNAL = "%priority(" + MESSAGE + "%ex)";

    /** Container engines cut lines at 16 KiB, and half an object is no JSON. */
    private static final int LONGEST_STACK_TRACE = 8192;

    private static final int MOST_FRAMES = 40;

    private static final String IGNORED = "[ignore]";

    /** The others are KCL, its DynamoDB Streams adapter, the AWS SDK, Netty, Jetty and DynamoDB Local. */
    private static final Level LIBRARIES = Level.WARN;

    private static final Map<String, Level> SINGLE_LOGGERS = Map.of(
            // Warns at every start, before the first worker has reported; a shard without a worker shows in health.
            "software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager", Level.ERROR,
            // Warn of each malformed request, and quote it: a stranger could fill the log with words of his own.
            "org.eclipse.jetty.http", Level.ERROR,
            "org.eclipse.jetty.util.HostPort", Level.ERROR,
            // When a record processor throws, this logger prints the records with all their attributes.
            "software.amazon.kinesis.lifecycle.ProcessTask", Level.OFF,
            // Calls that are under way when the process stops end without the event loop, with a stack trace for each.
            "io.netty.util.concurrent.DefaultPromise.rejectedExecution", Level.OFF);

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        Level own = Level.toLevel(System.getProperty("tributary.log.level"), Level.INFO);
        apply(loggers, Format.TEXT, own, ConsoleTarget.SystemErr);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Sets appender and levels of a context without any.
     *
     * @param own the level of the loggers of this program
     */
    static void apply(LoggerContext loggers, Format format, Level own, ConsoleTarget target) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setName("console");
        console.setTarget(target.getName());
        console.setEncoder(format == Format.JSON ? json(loggers) : text(loggers, format));
        start(console, loggers);
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(LIBRARIES);
        root.addAppender(console);
        loggers.getLogger("dev.tributary").setLevel(own);
        SINGLE_LOGGERS.forEach((name, level) -> loggers.getLogger(name).setLevel(level));
    }

    private static Encoder<ILoggingEvent> text(LoggerContext loggers, Format format) {
        PatternLayout layout = new PatternLayout();
        layout.getInstanceConverterMap().put("priority", JournalPriority::new);
        layout.setPattern(format == Format.JOURNAL ? JOURNAL : TEXT);
        start(layout, loggers);
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        start(encoder, loggers);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext loggers) {
        LogstashFieldNames names = new LogstashFieldNames();
        names.setTimestamp("timestamp");
        names.setVersion(IGNORED);
        names.setLogger("logger");
        names.setThread("thread");
        names.setLevelValue(IGNORED);
        names.setMdc("mdc");
        ShortenedThrowableConverter stackTraces = new ShortenedThrowableConverter();
        stackTraces.setMaxDepthPerThrowable(MOST_FRAMES);
        stackTraces.setMaxLength(LONGEST_STACK_TRACE);
        stackTraces.setRootCauseFirst(true);
        start(stackTraces, loggers);
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setTimeZone("UTC");
        encoder.setIncludeContext(false); // it has nothing but the name of the host
        encoder.setFieldNames(names);
        encoder.setThrowableConverter(stackTraces);
        start(encoder, loggers);
        return encoder;
    }

    private static <T extends ContextAware & LifeCycle> void start(T part, LoggerContext loggers) {
        part.setContext(loggers);
        part.start();
    }
}
