package dev.tributary.http.items;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Times requests for items, and counts the documents of bulk requests, by outcome. */
public final class WriteMeters {

    private final MeterRegistry registry;
    private final MeterProvider<Timer> requests;
    private final MeterProvider<Counter> lines;

    public WriteMeters(MeterRegistry registry) {
        this.registry = registry;
        this.requests = Timer.builder("tributary.http.requests")
                .description("Duration of requests for items over HTTP, by outcome")
                .withRegistry(registry);
        this.lines = Counter.builder("tributary.http.bulk.documents")
                .description("Documents of bulk requests, by outcome")
                .withRegistry(registry);
    }

    /**
     * Counts one document of a bulk request.
     *
     * @param outcome as for {@link #stop}
     */
    public void document(String resource, String outcome) {
        lines.withTags("resource", resource, "outcome", outcome).increment();
    }

    public Timer.Sample start() {
        return Timer.start(registry);
    }

    /**
     * Records the duration and the outcome of a request.
     *
     * @param outcome such as {@code stored}, or the slug of a problem
     */
    public void stop(Timer.Sample sample, String resource, String method, String outcome) {
        sample.stop(requests.withTags("resource", resource, "method", method, "outcome", outcome));
    }
}
