package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemType;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts requests that were refused before a resource took them. They are not logged: anyone could fill the disk. */
public final class Refusals {

    private static final Metric REFUSED = Metric.counter("tributary.http.refused", """
            Requests refused before they reached a resource. `problem` is `overloaded`, `too-many-requests`,
            `unauthenticated`, `forbidden`, or what a browser may not do.""", "problem");

    private final MeterRegistry registry;

    public Refusals(MeterRegistry registry) {
        this.registry = registry;
    }

    public void count(ProblemType problem) {
        REFUSED.counter(registry, problem.slug()).increment();
    }
}
