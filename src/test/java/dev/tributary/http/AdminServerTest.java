package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.status.GivenStatus;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Phase;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Meters;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Health health = new Health();
    private final Meters meters = new Meters();
    private final AdminServer server =
            AdminServer.start(GivenHttp.onFreePort().admin(), health, meters, GivenStatus.page());

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return CLIENT.send(
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void startingComponentIsNotReady() throws Exception {
        health.report("http", Status.UP, "listening");
        health.report("daemon", Status.STARTING, "the sources and servers are being started");
        var response = send("GET", "/health");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).startsWith("{\"status\":\"STARTING\"");
        health.forget("daemon");
        assertThat(send("GET", "/health").statusCode()).isEqualTo(200);
    }

    @Test
    void healthNamesEveryComponent() throws Exception {
        health.report("route users", Status.DEGRADED, "throttled");
        health.report("http", Status.UP, "listening");
        var response = send("GET", "/health");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.body())
                .isEqualTo(
                        "{\"status\":\"DEGRADED\",\"components\":{\"http\":{\"status\":\"UP\",\"detail\":\"listening\"},"
                                + "\"route users\":{\"status\":\"DEGRADED\",\"detail\":\"throttled\"}}}\n");
    }

    @Test
    void metricsHaveTheStatusOfEveryComponentThatHealthHasNow() throws Exception {
        health.report("route users", Status.DEGRADED, "throttled");
        health.report("http", Status.UP, "listening");
        assertThat(send("GET", "/metrics").body())
                .contains(
                        "tributary_component_status{component=\"http\"} 0.0\n",
                        "tributary_component_status{component=\"route users\"} 1.0\n");
        health.report("route users", Status.DOWN, "denied");
        health.forget("http");
        assertThat(send("GET", "/metrics").body())
                .contains("tributary_component_status{component=\"route users\"} 2.0\n")
                .doesNotContain("component=\"http\"");
    }

    @Test
    void componentThatIsDownMakesHealthUnavailable() throws Exception {
        health.report("source users", Status.DOWN, "stream gone");
        assertThat(send("GET", "/health").statusCode()).isEqualTo(503);
        assertThat(send("HEAD", "/health").statusCode()).isEqualTo(503);
    }

    @Test
    void readyFromWhenAllPortsListenUntilTheStop() throws Exception {
        assertThat(send("GET", "/health/ready").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/health/ready").body()).isEqualTo("{\"status\":\"STARTING\"}\n");
        health.enter(Phase.READY);
        health.report("source users", Status.DOWN, "stream gone");
        assertThat(send("GET", "/health/ready").statusCode())
                .as("whatever fails")
                .isEqualTo(200);
        health.enter(Phase.STOPPING);
        assertThat(send("HEAD", "/health/ready").statusCode()).isEqualTo(503);
        health.enter(Phase.READY);
        assertThat(send("GET", "/health/ready").body()).isEqualTo("{\"status\":\"STOPPING\"}\n");
    }

    @Test
    void aliveUnlessSomethingIsStuck() throws Exception {
        health.report("source users", Status.DOWN, "stream gone");
        assertThat(send("GET", "/health/live").statusCode())
                .as("while it starts, and while tables fail")
                .isEqualTo(200);
        Supplier<List<String>> stuck = () -> List.of("source users: reads of shard one neither succeed nor fail");
        health.liveness().watch(stuck);
        var response = send("GET", "/health/live");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .isEqualTo("{\"status\":\"STUCK\",\"stuck\":[\"source users: reads of shard one neither succeed nor"
                        + " fail\"]}\n");
        health.liveness().forget(stuck);
        assertThat(send("HEAD", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreInThePrometheusFormat() throws Exception {
        Counter.builder("tributary.changes")
                .description("Changes that ended on a route")
                .tag("route", "cities")
                .register(meters.registry())
                .increment(3);
        var response = send("GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains(Meters.CONTENT_TYPE);
        assertThat(response.body())
                .contains("# HELP tributary_changes_total Changes that ended on a route")
                .contains("tributary_changes_total{route=\"cities\"} 3.0")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void nothingElseIsServed() throws Exception {
        assertThat(send("GET", "/no").statusCode()).isEqualTo(404);
        var post = send("POST", "/health");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow").orElseThrow()).contains("GET");
        assertThat(post.body()).contains("/problems/method-not-allowed");
    }

    @Test
    void adminPortIsGuardedAgainstBrowsersToo() throws Exception {
        for (String path : new String[] {"/health", "/metrics", "/no"}) {
            var response = send("GET", path);
            assertThat(response.headers().map())
                    .containsKeys(
                            "content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")
                    .doesNotContainKeys("server", "access-control-allow-origin");
        }
        assertThat(RawHttp.send(
                                server.port(),
                                "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII))
                        .status())
                .isEqualTo(421);
    }
}
