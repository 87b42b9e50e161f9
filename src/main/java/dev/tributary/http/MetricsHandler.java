package dev.tributary.http;

import dev.tributary.telemetry.Meters;
import io.javalin.http.Context;
import io.javalin.http.Handler;

/** Meters in the Prometheus text format. */
final class MetricsHandler implements Handler {

    private final Meters meters;

    MetricsHandler(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void handle(Context context) {
        context.contentType(Meters.CONTENT_TYPE).result(meters.scrape());
    }
}
