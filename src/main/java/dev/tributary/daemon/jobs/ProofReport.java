package dev.tributary.daemon.jobs;

import dev.tributary.jobs.verify.Proof;
import dev.tributary.jobs.verify.Proof.State;
import dev.tributary.telemetry.Conditions;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what continuous verification knows of a route, in health, in the log and as metrics. Safe for any thread. */
final class ProofReport {

    private static final Logger log = LoggerFactory.getLogger(ProofReport.class);

    private static final Metric AGE =
            Metric.gauge("tributary.verify.age", """
            Time since the start of the last verification by a daemon that found the target right; NaN without one. See
            [Proving a target](tables.md#proving-a-target). Alarm above two intervals.""", "route").inSeconds();

    private static final Metric FAULTS =
            Metric.gauge("tributary.verify.faults", "Faults that the last verification found. Alarm above 0.", "route");

    private static final Metric STATE = Metric.gauge("tributary.verify.state", """
            1 for the state of the proof that a target is right, 0 for the others. `state` is `proven`, `stale` (not proven for
            two intervals) or `differs`.""", "route", "state");

    private static final String CONDITION = "verify";

    private final String route;
    private final Duration every;
    private final InstantSource clock;
    private final Conditions conditions;
    private volatile @Nullable Proof last;

    /** @param every the interval of verifications */
    ProofReport(String route, Duration every, Health health, MeterRegistry registry, InstantSource clock) {
        this.route = route;
        this.every = every;
        this.clock = clock;
        this.conditions = health.conditions("verify " + route, () -> new Component(Status.UP, text()));
        AGE.gauge(registry, this, ProofReport::age, route);
        FAULTS.gauge(registry, this, report -> report.proof().map(Proof::faults).orElse(0L), route);
        for (State state : State.values()) {
            STATE.gauge(
                    registry,
                    this,
                    report -> report.isIn(state) ? 1 : 0,
                    route,
                    state.name().toLowerCase(Locale.ROOT));
        }
    }

    private Optional<Proof> proof() {
        return Optional.ofNullable(last);
    }

    private boolean isIn(State state) {
        return proof().map(proof -> proof.state(clock.instant(), every))
                .orElse(State.STALE)
                .equals(state);
    }

    private double age() {
        return proof().flatMap(Proof::provenAt)
                .map(proven ->
                        (double) Duration.between(proven, clock.instant()).toSeconds())
                .orElse(Double.NaN);
    }

    private String text() {
        return proof().map(this::text).orElse("not verified yet");
    }

    private String text(Proof proof) {
        String state = proof.text(clock.instant(), every);
        return proof.state(clock.instant(), every) == State.DIFFERS
                ? state + ". List them: tributary verify " + route + "; repair them: --repair"
                : state;
    }

    /** Receives the state as it is recorded. */
    void seen(Proof proof) {
        Optional<Proof> before = proof();
        last = proof;
        if (proof.state(clock.instant(), every) == State.DIFFERS || proof.isOverdue(clock.instant(), every)) {
            conditions.raise(
                    CONDITION,
                    proof.state(clock.instant(), every),
                    Status.DEGRADED,
                    text(proof),
                    () -> log.warn("{}: {}", LogFields.route(route), text(proof)));
            return;
        }
        conditions.clear(CONDITION, () -> log.info("{}: no longer stale, and without faults", LogFields.route(route)));
        boolean again =
                before.filter(known -> known.last().equals(proof.last())).isPresent();
        if (!again && proof.last().isPresent()) {
            log.info("{}: {}", LogFields.route(route), text(proof));
        }
    }
}
