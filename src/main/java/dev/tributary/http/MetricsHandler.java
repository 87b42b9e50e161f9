package dev.tributary.http;

import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.telemetry.Meters;
import java.util.Map;

/** Serves the meters in the Prometheus text format. */
final class MetricsHandler implements ExchangeHandler {

    private final Meters meters;

    MetricsHandler(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void handle(Exchange exchange) {
        exchange.send(new Reply(200, Map.of("Content-Type", Meters.CONTENT_TYPE), meters.scrape()));
    }
}
