package dev.tributary.http.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.http.AdminServer;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.server.HostName;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatusEventsTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Meters meters = new Meters();
    private GivenStatus source = new GivenStatus();
    private AdminServer server = start();

    private AdminServer start() {
        return AdminServer.start(
                new AdminSettings(new HostName("127.0.0.1"), 0, false, AdminTokenSettings.NONE),
                new Health(),
                meters,
                GivenStatus.page(source));
    }

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    private HttpResponse<InputStream> get() throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/status/events"))
                        .build(),
                BodyHandlers.ofInputStream());
    }

    private BufferedReader watch() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = get();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static void readUntil(BufferedReader events, String line) throws IOException {
        String read;
        do {
            read = events.readLine();
            assertThat(read).as("an event before the end").isNotNull();
        } while (!read.equals(line));
    }

    @Test
    void aPageGetsWhatItNeedsFirstThenAnEventEachSecondAndTheTables() throws Exception {
        try (BufferedReader events = watch()) {
            assertThat(events.readLine()).isEqualTo("event: first");
            readUntil(events, "data: {\"read\":1}");
            readUntil(events, "data: {\"call\":3}");
        }
    }

    @Test
    void severalPagesShareTheReadsOfTables() throws Exception {
        try (BufferedReader one = watch()) {
            readUntil(one, "event: tables");
            try (BufferedReader other = watch()) {
                readUntil(other, "event: tables");
                readUntil(other, "event: now");
                assertThat(source.reads).hasValue(1);
            }
        }
    }

    @Test
    void onePageTooManyIsRefusedUntilAnotherHasGone() throws Exception {
        List<BufferedReader> pages = new ArrayList<>();
        for (int i = 0; i < StatusEvents.MAX_VIEWERS; i++) {
            pages.add(watch());
        }
        HttpResponse<InputStream> refused = get();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(new String(refused.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("/problems/busy");
        pages.remove(0).close();
        await().until(() -> {
            HttpResponse<InputStream> response = get();
            response.body().close();
            return response.statusCode() == 200;
        });
        for (BufferedReader page : pages) {
            page.close();
        }
    }

    @Test
    void aStopEndsTheEventsInOrder() throws Exception {
        try (BufferedReader events = watch()) {
            readUntil(events, "event: now");
            server.close();
            String line;
            do {
                line = events.readLine(); // an aborted connection would throw
            } while (line != null);
        }
    }

    @Test
    void nothingRunsWhenNobodyWatches() throws Exception {
        assertThat(source.calls).hasValue(0);
        try (BufferedReader events = watch()) {
            readUntil(events, "event: now");
        }
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("status-page")));
    }

    @Test
    void aFailureEndsNeitherTheEventsNorTheReads() throws Exception {
        source.failures.add(new IllegalStateException("a meter has gone"));
        try (BufferedReader events = watch()) {
            readUntil(events, "data: {\"call\":1}");
            readUntil(events, "data: {\"read\":1}");
        }
    }

    @Tag("slow") // until the buffers of the sockets are full
    @Test
    void aPageThatDoesNotReadHoldsUpNoOther() throws Exception {
        stop();
        String large = " ".repeat(1 << 20);
        source = new GivenStatus(() -> large);
        server = start();
        try (Socket stuck = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            stuck.getOutputStream()
                    .write("GET /status/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            try (BufferedReader events = watch()) {
                for (int i = 0; i < 8; i++) {
                    readUntil(events, "event: now");
                }
            }
        }
    }

    @Test
    void theDataOfAnEventIsOneLine() {
        assertThatThrownBy(() -> new StatusEvent("now", "{}\n\nevent: tables"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
