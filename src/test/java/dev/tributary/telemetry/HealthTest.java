package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final Health health = new Health();

    @Test
    void nothingToReportIsUp() {
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void worstComponentDecides() {
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
    void lastReportOfAComponentCounts() {
        health.report("a", Status.DOWN, "gone");
        health.report("a", Status.UP, "back");
        assertThat(health.snapshot().components()).containsEntry("a", new Component(Status.UP, "back"));
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void forgottenComponentCountsNoMore() {
        health.report("a", Status.DOWN, "gone");
        health.forget("a");
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void snapshotStaysAsItWas() {
        Health.Snapshot before = health.snapshot();
        health.report("a", Status.DOWN, "gone");
        assertThat(before.components()).isEmpty();
    }
}
