package dev.tributary.http;

import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.HealthMeters;
import dev.tributary.telemetry.Meters;
import java.util.Map;

/** Serves the meters in the Prometheus text format. */
final class MetricsHandler implements ExchangeHandler {

    private final Meters meters;
    private final HealthMeters statuses;

    MetricsHandler(Meters meters, Health health) {
        this.meters = meters;
        this.statuses = new HealthMeters(health, meters.registry());
    }

    @Override
    public void handle(Exchange exchange) {
        statuses.update();
        exchange.send(new Reply(200, Map.of("Content-Type", Meters.CONTENT_TYPE), meters.scrape()));
    }
}
