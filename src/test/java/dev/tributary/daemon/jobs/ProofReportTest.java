package dev.tributary.daemon.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.jobs.verify.Proof;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProofReportTest {

    private static final Instant BEGIN = Instant.parse("2026-11-22T00:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Instant now = BEGIN;
    private final ProofReport report =
            new ProofReport("users.by-city", Duration.ofHours(1), new Health(), registry, () -> now);

    /** The states whose gauge is 1. */
    private List<String> states() {
        return registry.get("tributary.verify.state").gauges().stream()
                .filter(gauge -> gauge.value() == 1)
                .map(gauge -> gauge.getId().getTag("state"))
                .toList();
    }

    private Gauge gauge(String name) {
        return registry.get(name).tag("route", "users.by-city").gauge();
    }

    private static Proof proof(Instant proven, long faults) {
        return new Proof(BEGIN, Optional.empty(), Optional.of(proven), Optional.of(proven), faults, 0);
    }

    @Test
    void exactlyOneStateIsTheStateOfTheProof() {
        assertThat(states()).as("nothing is known").containsExactly("stale");
        assertThat(gauge("tributary.verify.age").value()).isNaN();
        report.seen(proof(BEGIN, 0));
        assertThat(states()).containsExactly("proven");
        now = BEGIN.plus(Duration.ofMinutes(121));
        assertThat(states()).as("two intervals without a proof").containsExactly("stale");
        assertThat(gauge("tributary.verify.age").value()).isEqualTo(121 * 60);
        report.seen(proof(BEGIN, 3));
        assertThat(states()).containsExactly("differs");
        assertThat(gauge("tributary.verify.faults").value()).isEqualTo(3);
    }
}
