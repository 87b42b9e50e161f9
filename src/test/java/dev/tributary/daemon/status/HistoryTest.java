package dev.tributary.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tributary.daemon.status.MeterReading.RouteMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static MeterReading reading(int seconds, double changes, double applied, double latency) {
        return new MeterReading(
                TimeUnit.SECONDS.toNanos(seconds),
                Map.of("users.a", new RouteMeters(changes, applied, latency, 0, false)),
                Map.of());
    }

    @Test
    void aSampleHasTheRateAndTheMeanLatencyOfItsInterval() {
        History history = new History(List.of("users.a"));
        history.add(1000, reading(0, 10, 10, 5), reading(5, 30, 20, 25));
        JsonNode json = history.json();
        assertThat(json.at("/at/0").asLong()).isEqualTo(1000);
        assertThat(json.at("/routes/users.a/rate/0").asDouble()).isEqualTo(4);
        assertThat(json.at("/routes/users.a/latency/0").asDouble()).isEqualTo(2);
    }

    @Test
    void withoutChangesThereIsARateAndNoLatency() {
        History history = new History(List.of("users.a"));
        history.add(1000, reading(0, 10, 10, 5), reading(5, 10, 10, 5));
        assertThat(history.json().at("/routes/users.a/rate/0").asDouble()).isZero();
        assertThat(history.json().at("/routes/users.a/latency/0").isNull()).isTrue();
    }

    @Test
    void theOldestSamplesGo() {
        History history = new History(List.of("users.a"));
        for (int i = 1; i <= History.SAMPLES + 7; i++) {
            history.add(i, reading(0, 0, 0, 0), reading(5, i, 0, 0));
        }
        JsonNode json = history.json();
        assertThat(json.at("/at")).hasSize(History.SAMPLES);
        assertThat(json.at("/at/0").asLong()).isEqualTo(8);
        assertThat(json.at("/routes/users.a/rate")).hasSize(History.SAMPLES);
    }

    @Test
    void routesBeyondTheLimitHaveNoHistory() {
        History history = new History(IntStream.range(0, History.MAX_ROUTES + 3)
                .mapToObj(i -> "users.r" + i)
                .toList());
        history.add(1, reading(0, 0, 0, 0), reading(5, 0, 0, 0));
        assertThat(history.routes()).hasSize(History.MAX_ROUTES);
        assertThat(history.json().at("/routes")).hasSize(History.MAX_ROUTES);
    }

    @Test
    void theMetersOfARouteAreReadTogether() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Counter.builder("tributary.changes")
                .tag("route", "users.a")
                .tag("outcome", "applied")
                .register(registry)
                .increment(3);
        Counter.builder("tributary.changes")
                .tag("route", "users.a")
                .tag("outcome", "filtered")
                .register(registry)
                .increment(4);
        Timer.builder("tributary.latency")
                .tag("route", "users.a")
                .register(registry)
                .record(Duration.ofSeconds(2));
        Gauge.builder("tributary.parked", () -> 5).tag("route", "users.a").register(registry);
        Gauge.builder("tributary.paused", () -> 1).tag("route", "users.a").register(registry);
        Gauge.builder("tributary.lag", () -> 1.5).tag("source", "users").register(registry);
        Gauge.builder("tributary.lag", () -> Double.NaN).tag("source", "cities").register(registry);
        MeterReading read = MeterReading.of(registry, 0);
        assertThat(read.route("users.a")).isEqualTo(new RouteMeters(7, 1, 2, 5, true));
        assertThat(read.lag("users")).isEqualTo(1.5);
        assertThat(read.lag("cities")).isNull();
        assertThat(read.lag("unknown")).isNull();
        assertThat(read.route("unknown")).isEqualTo(RouteMeters.NONE);
    }
}
