package dev.tributary.http.items;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times the answers to requests for items. */
public final class WriteMeters {

    private final MeterRegistry registry;
    private final MeterProvider<Timer> requests;
    private final MeterProvider<Counter> lines;

    public WriteMeters(MeterRegistry registry) {
        this.registry = registry;
        this.requests = Timer.builder("tributary.http.requests")
                .description("Duration of requests for items over HTTP, by what they were answered")
                .withRegistry(registry);
        this.lines = Counter.builder("tributary.http.bulk.documents")
                .description("Documents in requests with many of them, by what each was answered")
                .withRegistry(registry);
    }

    /**
     * Counts one document of a request with many.
     *
     * @param outcome as that of requests
     */
    public void line(String route, String outcome) {
        lines.withTags("route", route, "outcome", outcome).increment();
    }

    public Timer.Sample start() {
        return Timer.start(registry);
    }

    /**
     * Records how long a request took, and how it ended.
     *
     * @param outcome such as {@code stored}, or the slug of a problem
     */
    public void stop(Timer.Sample sample, String route, String method, String outcome) {
        sample.stop(requests.withTags("route", route, "method", method, "outcome", outcome));
    }
}
