package dev.tributary.http;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times the answers to requests for items. */
final class WriteMeters {

    private final MeterRegistry registry;
    private final MeterProvider<Timer> requests;

    WriteMeters(MeterRegistry registry) {
        this.registry = registry;
        this.requests = Timer.builder("tributary.http.requests")
                .description("Duration of requests for items over HTTP, by what they were answered")
                .withRegistry(registry);
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /** @param outcome such as {@code stored}, or the slug of a problem */
    void stop(Timer.Sample sample, String route, String method, String outcome) {
        sample.stop(requests.withTags("route", route, "method", method, "outcome", outcome));
    }
}
