package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts requests that were refused before a resource took them. They are not logged: strangers would fill the disk. */
public final class Refusals {

    private final MeterProvider<Counter> refused;

    public Refusals(MeterRegistry registry) {
        this.refused = Counter.builder("tributary.http.refused")
                .description("Requests that were refused before a resource took them, by problem")
                .withRegistry(registry);
    }

    public void count(ProblemType problem) {
        refused.withTag("problem", problem.slug()).increment();
    }
}
