package dev.tributary.http.items;

import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Times requests for items, and counts the documents of bulk requests, by outcome. */
public final class WriteMeters {

    private static final Metric REQUESTS =
            Metric.timer("tributary.http.requests", """
            Requests for items over HTTP. `outcome` is `stored`, `changed`, `found`, `page`, `batch`, `not-modified`, or the
            last part of the problem's `type`; of bulk requests `complete`, `disconnected`, or why they were
            cut.""", "resource", "method", "outcome");

    private static final Metric DOCUMENTS = Metric.counter(
            "tributary.http.bulk.documents",
            "Documents of bulk requests. `outcome` is as for requests.",
            "resource",
            "outcome");

    private final MeterRegistry registry;

    public WriteMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Counts one document of a bulk request.
     *
     * @param outcome as for {@link #stop}
     */
    public void document(String resource, String outcome) {
        DOCUMENTS.counter(registry, resource, outcome).increment();
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
        sample.stop(REQUESTS.timer(registry, resource, method, outcome));
    }
}
