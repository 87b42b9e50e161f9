package dev.tributary.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Phase;
import java.util.Map;

/** Replies 200 from when all ports listen until the stop begins, and 503 before and after. */
final class ReadinessHandler implements ExchangeHandler {

    private final Health health;

    ReadinessHandler(Health health) {
        this.health = health;
    }

    @Override
    public void handle(Exchange exchange) {
        Phase phase = health.phase();
        exchange.send(new Reply(
                phase == Phase.READY ? 200 : 503,
                Map.of("Content-Type", MediaTypes.JSON),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("status", phase.name())
                        .toString()));
    }
}
