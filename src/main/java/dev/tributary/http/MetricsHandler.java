package dev.tributary.http;

import dev.tributary.telemetry.Meters;
import java.util.Map;

/** Meters in the Prometheus text format. */
final class MetricsHandler implements ExchangeHandler {

    private final Meters meters;

    MetricsHandler(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void handle(Exchange exchange) {
        exchange.send(new Answer(200, Map.of("Content-Type", Meters.CONTENT_TYPE), meters.scrape()));
    }
}
