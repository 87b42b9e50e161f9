package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RouteHealthTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(RouteHealth.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Health health = new Health();
    private final RouteHealth route = new RouteHealth(health, "users.by-city", RouteHealthTest::usual);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    @Test
    void aTableAtItsCapacityDoesNotFillTheLogAndHealthIsAlwaysUpToDate() {
        var throttled = new WriteFailure(WriteFailure.Kind.CAPACITY, "throttled", false);
        for (int i = 0; i < 1000; i++) {
            route.failed(throttled);
            assertThat(health.snapshot().status()).isEqualTo(Status.DEGRADED);
            route.succeeded();
            assertThat(health.snapshot().status()).isEqualTo(Status.UP);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "users.by-city: writes fail (CAPACITY) and are tried again until they succeed: throttled",
                        "users.by-city: writes succeed again");
    }

    @Test
    void aPipelineWithoutConditionsLeavesThoseOfAnother() {
        route.failed(new WriteFailure(WriteFailure.Kind.CONFIGURATION, "denied", false));
        RouteHealth other = new RouteHealth(health, "users.by-city", RouteHealthTest::usual);
        other.failed(new WriteFailure(WriteFailure.Kind.CAPACITY, "throttled", false));
        other.succeeded();
        other.succeeded(RouteHealth.SupportTable.DEAD_LETTERS);
        assertThat(health.snapshot().components())
                .containsEntry("route users.by-city", new Health.Component(Status.DOWN, "denied"));
        route.succeeded();
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void versionsThatWentBackwardsAreNamedOnceAndStayInHealth() {
        route.regressed();
        route.regressed();
        route.succeeded();
        assertThat(lines.list).hasSize(1);
        assertThat(health.snapshot().components().get("route users.by-city"))
                .satisfies(component -> assertThat(component.status()).isEqualTo(Status.DEGRADED))
                .satisfies(component -> assertThat(component.detail()).startsWith("regressed-versions: "));
    }

    @Test
    void aClosedPipelineRemovesItsConditions() {
        RouteHealth other = new RouteHealth(health, "users.by-city", RouteHealthTest::usual);
        route.failed(new WriteFailure(WriteFailure.Kind.CONFIGURATION, "denied", false));
        route.close();
        route.failed(new WriteFailure(WriteFailure.Kind.CONFIGURATION, "denied", false));
        assertThat(health.snapshot().components())
                .containsEntry("route users.by-city", new Health.Component(Status.UP, "writing"));
        other.close();
        assertThat(health.snapshot().components()).isEmpty();
    }

    private static Health.Component usual() {
        return new Health.Component(Status.UP, "writing");
    }
}
