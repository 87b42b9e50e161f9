package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MetricsLogTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Logger logger = (Logger) LoggerFactory.getLogger(MetricsLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final MetricsLog log = new MetricsLog(registry);

    @BeforeEach
    void capture() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void release() {
        logger.detachAppender(lines);
    }

    private void gauge(String name, String tag, String value, double number) {
        Gauge.builder(name, () -> number).tag(tag, value).register(registry);
    }

    private List<Map<String, String>> logged() {
        lines.list.clear();
        log.logAll();
        return lines.list.stream()
                .map(line -> line.getKeyValuePairs().stream()
                        .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value))))
                .toList();
    }

    @Test
    void eachSourceHasALineWithItsFigures() {
        gauge("tributary.lag", "source", "users", 3599.2);
        gauge("tributary.shards", "source", "users", 4);
        gauge("tributary.parked", "route", "users.by-city", 2);
        gauge("tributary.parked", "route", "users.archive", 3);
        gauge("tributary.parked", "route", "users-of-others.copy", 100);
        gauge("tributary.lag", "source", "users-of-others", 0);
        assertThat(logged())
                .containsExactly(
                        Map.of(
                                "source", "users",
                                "lagSeconds", "3600",
                                "timeLeftSeconds", "82800",
                                "parked", "5",
                                "gaps", "0",
                                "stalled", "0",
                                "shards", "4"),
                        Map.of(
                                "source", "users-of-others",
                                "lagSeconds", "0",
                                "timeLeftSeconds", "86400",
                                "parked", "100",
                                "gaps", "0",
                                "stalled", "0",
                                "shards", "0"));
    }

    @Test
    void aGapIsInOneLine() {
        gauge("tributary.lag", "source", "users", 0);
        Counter gaps = Counter.builder("tributary.gaps")
                .tag("source", "users")
                .tag("kind", "trimmed")
                .register(registry);
        gaps.increment(2);
        assertThat(logged()).extracting(line -> line.get("gaps")).containsExactly("2");
        assertThat(logged()).extracting(line -> line.get("gaps")).containsExactly("0");
    }

    @Test
    void noTimeIsLeftAfterADay() {
        gauge("tributary.lag", "source", "users", 90_000);
        assertThat(logged()).extracting(line -> line.get("timeLeftSeconds")).containsExactly("0");
    }
}
