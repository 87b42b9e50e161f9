package dev.tributary.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times the answers to requests for items. */
final class WriteMeters {

    private final MeterRegistry registry;
    private final MeterProvider<Timer> requests;
    private final MeterProvider<Counter> lines;

    WriteMeters(MeterRegistry registry) {
        this.registry = registry;
        this.requests = Timer.builder("tributary.http.requests")
                .description("Duration of requests for items over HTTP, by what they were answered")
                .withRegistry(registry);
        this.lines = Counter.builder("tributary.http.bulk.documents")
                .description("Documents in requests with many of them, by what each was answered")
                .withRegistry(registry);
    }

    /** @param outcome as that of requests */
    void line(String route, String outcome) {
        lines.withTags("route", route, "outcome", outcome).increment();
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /** @param outcome such as {@code stored}, or the slug of a problem */
    void stop(Timer.Sample sample, String route, String method, String outcome) {
        sample.stop(requests.withTags("route", route, "method", method, "outcome", outcome));
    }
}
