package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusUtil;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.model.ItemKey;
import dev.tributary.telemetry.LogSettings.Format;
import dev.tributary.telemetry.LogSettings.Level;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LoggingTest {

    private static final String SHARD_SYNCER = "software.amazon.kinesis.leases.HierarchicalShardSyncer";
    private static final String PERIODIC_SYNC = "software.amazon.kinesis.coordinator.PeriodicShardSyncManager";
    private static final String PROCESS_TASK = "software.amazon.kinesis.lifecycle.ProcessTask";

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger log = LoggerFactory.getLogger("dev.tributary.stream.ShardProcessor");
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final PrintStream systemOut = System.out;

    @BeforeEach
    void captureStandardOutput() {
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() throws JoranException {
        System.setOut(systemOut);
        MDC.clear();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    @Test
    void textLineHasTimeLevelShortLoggerAndMessage() {
        configure(Format.TEXT, Level.INFO);
        log.info("started shard {}", "shardId-1");
        assertThat(lines())
                .singleElement()
                .asString()
                .matches(
                        "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  ShardProcessor - started shard shardId-1");
    }

    @Test
    void textLineShowsContextAndKeyValuePairs() {
        configure(Format.TEXT, Level.INFO);
        MDC.put("source", "users");
        log.atInfo().addKeyValue("lag", 12).log("behind");
        assertThat(lines()).singleElement().asString().endsWith("ShardProcessor [source=users] - behind lag=12");
    }

    @Test
    void journalGetsAPriorityInEachLineAndNoTime() {
        configure(Format.JOURNAL, Level.DEBUG);
        MDC.put("source", "users");
        log.atInfo().addKeyValue("lag", 12).log("behind");
        log.warn("late");
        log.debug("read");
        log.error("stopped", new IOException("broken pipe"));
        assertThat(lines())
                .startsWith(
                        "<6>ShardProcessor [source=users] - behind lag=12",
                        "<4>ShardProcessor [source=users] - late",
                        "<7>ShardProcessor [source=users] - read",
                        "<3>ShardProcessor [source=users] - stopped",
                        "<3>java.io.IOException: broken pipe")
                .allSatisfy(line -> assertThat(line).matches("(?s)<[3467]>.+"));
    }

    @Test
    void textShowsStackTrace() {
        configure(Format.TEXT, Level.INFO);
        log.error("stopped", new IOException("broken pipe"));
        assertThat(lines())
                .contains("java.io.IOException: broken pipe")
                .anyMatch(line -> line.startsWith("\tat dev.tributary.telemetry.LoggingTest."));
    }

    @Test
    void jsonLineIsOneObjectWithEveryField() throws IOException {
        configure(Format.JSON, Level.INFO);
        MDC.put("source", "users");
        log.atError()
                .addKeyValue("lag", 12)
                .setCause(new IllegalStateException("outer", new IOException("broken\npipe")))
                .log("zwölf\n\"Monde\"");
        assertThat(lines()).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines().get(0));
        assertThat(Instant.parse(line.required("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
        assertThat(line.required("timestamp").asText()).endsWith("Z");
        assertThat(line.required("level").asText()).isEqualTo("ERROR");
        assertThat(line.required("logger").asText()).isEqualTo(log.getName());
        assertThat(line.required("thread").asText())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(line.required("message").asText()).isEqualTo("zwölf\n\"Monde\"");
        assertThat(line.required("mdc").required("source").asText()).isEqualTo("users");
        assertThat(line.required("lag").asInt()).isEqualTo(12);
        assertThat(line.required("stack_trace").asText())
                .startsWith("java.io.IOException: broken\npipe")
                .contains("LoggingTest.jsonLineIsOneObjectWithEveryField");
        assertThat(line.properties())
                .extracting(field -> field.getKey())
                .containsExactlyInAnyOrder(
                        "timestamp", "level", "logger", "thread", "message", "mdc", "lag", "stack_trace");
    }

    @Test
    void namesAreFieldsOfAJsonLineAndTextElsewhere() throws IOException {
        configure(Format.JSON, Level.INFO);
        Object[] names = {
            LogFields.source("users"),
            LogFields.route("users.by-city"),
            LogFields.shard("shardId-1"),
            LogFields.item(new ItemKey("users/ada"))
        };
        log.info("{} {} {} {}", names);
        JsonNode line = new ObjectMapper().readTree(lines().get(0));
        String text = "users users.by-city shardId-1 " + new ItemKey("users/ada");
        assertThat(line.required("message").asText()).isEqualTo(text).doesNotContain("ada");
        assertThat(line.required("source").asText()).isEqualTo("users");
        assertThat(line.required("route").asText()).isEqualTo("users.by-city");
        assertThat(line.required("shard").asText()).isEqualTo("shardId-1");
        assertThat(line.required("item").asText()).isEqualTo(new ItemKey("users/ada").toString());
        output.reset();
        configure(Format.TEXT, Level.INFO);
        log.info("{} {} {} {}", names);
        assertThat(lines()).singleElement().asString().endsWith(" - " + text);
    }

    @Test
    void jsonLineOfDeepTraceStaysBelowTheLimitOfContainerEngines() {
        configure(Format.JSON, Level.INFO);
        Exception deep = new IOException("root");
        for (int i = 0; i < 200; i++) {
            deep = new IllegalStateException("level " + i, deep);
        }
        log.error("failed", deep);
        assertThat(lines())
                .singleElement()
                .asString()
                .hasSizeLessThan(16 * 1024)
                .endsWith("}");
    }

    @Test
    void levelIsThatOfOwnLoggersAlone() {
        configure(Format.TEXT, Level.DEBUG);
        assertThat(log.isDebugEnabled()).isTrue();
        assertThat(log.isTraceEnabled()).isFalse();
        assertThat(LoggerFactory.getLogger("software.amazon.kinesis").isInfoEnabled())
                .isFalse();
        configure(Format.TEXT, Level.ERROR);
        assertThat(log.isWarnEnabled()).isFalse();
        assertThat(log.isErrorEnabled()).isTrue();
    }

    @Test
    void reconfiguringDoesNotRepeatLines() {
        configure(Format.JSON, Level.INFO);
        configure(Format.TEXT, Level.INFO);
        log.info("once");
        assertThat(lines()).singleElement().asString().endsWith("ShardProcessor - once");
    }

    @Test
    void linesOfAnAsynchronousLoggerAreWrittenInOrderByItselfAndByItsClose() throws IOException {
        configure(Format.JSON, Level.INFO);
        Logging.Async async = Logging.async(log.getName());
        MDC.put("source", "users");
        log.info("line 0");
        MDC.clear();
        await().until(() -> lines().size() == 1);
        for (int i = 1; i < 500; i++) {
            log.info("line {}", i);
        }
        async.close();
        log.info("line 500");

        ObjectMapper mapper = new ObjectMapper();
        assertThat(mapper.readTree(lines().get(0)).at("/mdc/source").asText()).isEqualTo("users");
        assertThat(lines()).hasSize(501);
        for (int i = 0; i <= 500; i++) {
            JsonNode line = mapper.readTree(lines().get(i));
            assertThat(line.required("message").asText()).isEqualTo("line " + i);
            assertThat(line.required("thread").asText())
                    .isEqualTo(Thread.currentThread().getName());
        }
    }

    @Test
    void anAsynchronousLoggerDropsLinesAndDelaysNobodyWhileStandardOutputIsBlocked() throws Exception {
        Semaphore reader = new Semaphore(0);
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8) {
            @Override
            public void write(byte[] line, int offset, int length) {
                reader.acquireUninterruptibly();
                super.write(line, offset, length);
            }
        });
        configure(Format.TEXT, Level.INFO);
        Logging.Async async = Logging.async(log.getName());
        log.info("first");
        await().until(reader::hasQueuedThreads);
        for (int i = 0; i < 20_000; i++) {
            log.info("line {}", i);
        }
        reader.release(1_000_000);
        async.close();
        assertThat(lines()).hasSize(1 + 8192).last().asString().endsWith("line 8191");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "software.amazon.kinesis.coordinator.Scheduler",
                "com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsShardSyncer",
                "software.amazon.awssdk.request",
                "io.netty.handler.codec.http2.Http2FrameLogger",
                "org.eclipse.jetty.server.Server"
            })
    void librariesLogWarningsAndErrorsOnly(String name) {
        configure(Format.TEXT, Level.TRACE);
        Logger library = LoggerFactory.getLogger(name);
        library.info("chatter");
        assertThat(lines()).isEmpty();
        library.warn("trouble");
        assertThat(lines()).singleElement().asString().endsWith("trouble");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void recordsThatKclSkipsAreNeverPrinted(Format format) {
        configure(format, Level.TRACE);
        LoggerFactory.getLogger(PROCESS_TASK)
                .error("ShardId {}: Skipping over the following data records: {}", "s", "{email: a@example.org}");
        assertThat(lines()).isEmpty();
    }

    @Test
    void payloadIsNotPrintedBeforeConfigurationEither() {
        assertThat(LoggerFactory.getLogger(PROCESS_TASK).isErrorEnabled()).isFalse();
        assertThat(LoggerFactory.getLogger("software.amazon.awssdk.request").isDebugEnabled())
                .isFalse();
    }

    @Test
    void falseAlarmsAboutHashRangesAreDropped() {
        configure(Format.TEXT, Level.INFO);
        Logger syncer = LoggerFactory.getLogger(SHARD_SYNCER);
        Logger periodic = LoggerFactory.getLogger(PERIODIC_SYNC);
        syncer.error("Incomplete hash range found between {} and {}.", "a", "b");
        syncer.error("No shards found when attempting to validate complete hash range.");
        periodic.error("Incomplete hash range found for stream {} between {} and {}.", "s", "a", "b");
        periodic.error("No leases with valid hashranges found for stream {}", "s");
        periodic.warn("Unable to update hash range key information for lease {} of stream {}.", "l", "s");
        assertThat(lines()).isEmpty();
    }

    @Test
    void otherErrorsOfTheSameLoggersGetThrough() {
        configure(Format.TEXT, Level.INFO);
        LoggerFactory.getLogger(PERIODIC_SYNC).error("Caught exception while running periodic shard syncer.");
        LoggerFactory.getLogger(SHARD_SYNCER).error("{} failed", "sync");
        log.error("Incomplete hash range");
        assertThat(lines()).hasSize(3);
    }

    /** The filters match class names, which an upgrade may change. */
    @ParameterizedTest
    @ValueSource(strings = {SHARD_SYNCER, PERIODIC_SYNC, PROCESS_TASK})
    void tamedLoggersStillExistInKcl(String name) {
        assertThatCode(() -> Class.forName(name, false, getClass().getClassLoader()))
                .doesNotThrowAnyException();
    }

    private void configure(Format format, Level level) {
        context.getStatusManager().clear(); // what tests before it in this JVM have left
        Logging.configure(new LogSettings(format, level, Optional.empty()));
        assertThat(new StatusUtil(context).getHighestLevel(0)).isLessThan(Status.WARN);
    }

    private List<String> lines() {
        return output.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
