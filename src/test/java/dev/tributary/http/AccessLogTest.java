package dev.tributary.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tributary.http.items.ResourceHandler;
import dev.tributary.http.log.EndedRequests;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log and the metrics say of requests: their ids, traces, resources and status, and nothing of items or callers. */
class AccessLogTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String USER = "{\"email\":\"a@x.org\",\"state\":\"Utah\",\"city\":\"Moab\",\"zipcode\":1}";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger requests = (Logger) LoggerFactory.getLogger(ResourceHandler.class);
    private final Queue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            lines.add(line);
        }
    };
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private WriteServer server = start(true);

    private WriteServer start(boolean accessLog) {
        HttpSettings settings = GivenHttp.onFreePort().settings();
        return WriteServer.start(
                new HttpSettings(settings.access(), settings.limits(), settings.bulk(), settings.basePath(), accessLog),
                List.of(GivenResources.plain(
                        "users",
                        GivenWrites.ofUsers("users").settings(),
                        new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                        new FakeTable(),
                        Duration.ofSeconds(5),
                        Clock.systemUTC())),
                new Health(),
                meters,
                Duration.ofSeconds(5));
    }

    @BeforeEach
    void capture() {
        appender.start();
        root.addAppender(appender);
        requests.setLevel(Level.DEBUG);
    }

    @AfterEach
    void stop() {
        server.close();
        root.detachAppender(appender);
        requests.setLevel(null);
    }

    private RawHttp.Response send(String requestLine, String headers, String body) throws IOException {
        return RawHttp.send(
                server.port(),
                "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s"
                        .formatted(requestLine, body.length(), headers, body)
                        .getBytes(ISO_8859_1));
    }

    /** The fields of the next line of the access log. */
    private Map<String, String> logged() {
        ILoggingEvent line = await().until(
                        () -> lines.stream()
                                .filter(logged -> logged.getLoggerName().equals(EndedRequests.ACCESS_LOG))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
        lines.remove(line);
        assertThat(line.getThreadName()).as("of the request").startsWith("http");
        assertThat(line.getFormattedMessage()).isEqualTo("request");
        return line.getKeyValuePairs().stream()
                .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value)));
    }

    /** A request is counted when it has ended, which may be after its reply has arrived. */
    private void assertCounted(String resource, int status) {
        await().untilAsserted(() -> assertThat(meters.find("tributary.http.responses")
                        .tags("resource", resource, "status", Integer.toString(status))
                        .counter())
                .isNotNull()
                .extracting(Counter::count)
                .isEqualTo(1.0));
    }

    @Test
    void aWriteHasItsIdTraceResourceStatusAndSize() throws Exception {
        RawHttp.Response reply = send(
                "POST /?token=secret",
                "Content-Type: application/json\r\ntraceparent: 00-" + TRACE + "-b7ad6b7169203331-01\r\n",
                USER.replace("a@x.org", "b@x.org"));
        assertThat(logged())
                .containsEntry("status", Integer.toString(reply.status()))
                .containsEntry("resource", "users");
        reply = send(
                "POST /",
                "Content-Type: application/json\r\ntraceparent: 00-" + TRACE + "-b7ad6b7169203331-01\r\n",
                USER);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.headers()).doesNotContainKey("traceparent");
        Map<String, String> fields = logged();
        assertThat(Integer.parseInt(fields.remove("millis"))).isBetween(0, 60_000);
        assertThat(fields)
                .isEqualTo(Map.of(
                        "requestId",
                        reply.headers().get("x-request-id"),
                        "method",
                        "POST",
                        "resource",
                        "users",
                        "status",
                        "201",
                        "bytes",
                        Integer.toString(reply.body().getBytes(ISO_8859_1).length),
                        "traceId",
                        TRACE));
        assertCounted("users", 201);
        assertThat(lines)
                .as("the other line of the write")
                .anySatisfy(line -> {
                    assertThat(line.getFormattedMessage()).isEqualTo("POST users: stored");
                    assertThat(line.getMDCPropertyMap()).containsEntry("traceId", TRACE);
                })
                .allSatisfy(line -> assertThat(line.getFormattedMessage()).doesNotContain("x.org", "secret", "Moab"));
    }

    @Test
    void aTraceThatBreaksTheGrammarIsNowhere() throws Exception {
        RawHttp.Response reply =
                send("POST /", "Content-Type: application/json\r\ntraceparent: 00-forged-line-01\r\n", USER);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(logged()).doesNotContainKey("traceId").doesNotContainValue("forged");
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).doesNotContainKey("traceId"));
        assertThat(reply.headers().toString()).doesNotContain("forged");
    }

    @Test
    void anUnknownPathAndMethodAreOfNoResourceAndNotQuoted() throws Exception {
        assertThat(send("BREW /no/where?password=hunter2", "", "").status()).isEqualTo(404);
        assertThat(logged())
                .containsEntry("method", "other")
                .containsEntry("resource", "none")
                .containsEntry("status", "404")
                .doesNotContainValue("hunter2");
        assertCounted("none", 404);
    }

    @Test
    void idsDiffer() throws Exception {
        String one = send("GET /no/where", "", "").headers().get("x-request-id");
        String other =
                send("GET /no/where", "X-Request-Id: mine\r\n", "").headers().get("x-request-id");
        assertThat(one).matches("[0-9a-f]{16}").isNotEqualTo(other);
        assertThat(other).matches("[0-9a-f]{16}");
    }

    @Test
    void isOffByDefault() throws Exception {
        server.close();
        meters.clear();
        server = start(false);
        assertThat(send("POST /", "Content-Type: application/json\r\n", USER).status())
                .isEqualTo(201);
        assertCounted("users", 201);
        assertThat(lines).noneMatch(line -> line.getLoggerName().equals(EndedRequests.ACCESS_LOG));
        assertThat(GivenHttp.onFreePort().settings().accessLog()).isFalse();
    }
}
