package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final Health health = new Health();

    @Test
    void noComponentsAreUp() {
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void statusIsThatOfTheWorstComponent() {
        health.report("b", Status.UP, "");
        health.report("a", Status.DEGRADED, "");
        assertThat(health.snapshot().status()).isEqualTo(Status.DEGRADED);
        health.report("c", Status.STARTING, "");
        assertThat(health.snapshot().status()).isEqualTo(Status.STARTING);
        health.report("d", Status.DOWN, "");
        assertThat(health.snapshot().status()).isEqualTo(Status.DOWN);
        assertThat(health.snapshot().components().keySet()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aReportReplacesThePreviousOne() {
        health.report("a", Status.DOWN, "gone");
        health.report("a", Status.UP, "back");
        assertThat(health.snapshot().components()).containsEntry("a", new Component(Status.UP, "back"));
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void aForgottenComponentDisappears() {
        health.report("a", Status.DOWN, "gone");
        health.forget("a");
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void aSnapshotDoesNotChange() {
        Health.Snapshot before = health.snapshot();
        health.report("a", Status.DOWN, "gone");
        assertThat(before.components()).isEmpty();
    }

    @Test
    void aPartWithoutConditionsHidesNoneOfAnother() {
        Conditions one = health.conditions("route", () -> new Component(Status.UP, "writing"));
        one.raise("writes", "denied", Status.DOWN, "denied", () -> {});
        Conditions other = health.conditions("route", () -> new Component(Status.UP, "writing"));
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.DOWN, "denied"));
        other.raise("writes", "throttled", Status.DEGRADED, "throttled", () -> {});
        other.clear("writes", () -> {});
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.DOWN, "denied"));
        one.clear("writes", () -> {});
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.UP, "writing"));
    }

    @Test
    void theWorstConditionOfAllPartsIsReported() {
        Conditions one = health.conditions("route", () -> new Component(Status.UP, "writing"));
        Conditions other = health.conditions("route", () -> new Component(Status.UP, "writing"));
        one.raise("writes", "throttled", Status.DEGRADED, "throttled", () -> {});
        other.raise("writes", "parked", Status.DEGRADED, "parked", () -> {});
        other.raise("table", "missing", Status.DOWN, "missing", () -> {});
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.DOWN, "missing"));
        other.clear("table", () -> {});
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.DEGRADED, "throttled"));
    }

    @Test
    void aClosedPartIgnoresConditionsRaisedLater() {
        Conditions one = health.conditions("route", () -> new Component(Status.UP, "writing"));
        Conditions other = health.conditions("route", () -> new Component(Status.UP, "writing"));
        one.raise("writes", "denied", Status.DOWN, "denied", () -> {});
        one.close();
        one.raise("writes", "denied", Status.DOWN, "denied", () -> {});
        assertThat(health.snapshot().components()).containsEntry("route", new Component(Status.UP, "writing"));
        other.close();
        assertThat(health.snapshot().components()).isEmpty();
    }
}
