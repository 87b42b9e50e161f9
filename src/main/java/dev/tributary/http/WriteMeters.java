package dev.tributary.http;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times the answers to write requests. */
final class WriteMeters {

    private final MeterRegistry registry;
    private final MeterProvider<Timer> writes;

    WriteMeters(MeterRegistry registry) {
        this.registry = registry;
        this.writes = Timer.builder("tributary.http.writes")
                .description("Duration of write requests over HTTP, by what they were answered")
                .withRegistry(registry);
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /** @param outcome {@code stored}, or the slug of a problem */
    void stop(Timer.Sample sample, String route, String outcome) {
        sample.stop(writes.withTags("route", route, "outcome", outcome));
    }
}
