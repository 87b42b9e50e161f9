package dev.tributary.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.telemetry.Liveness;
import java.util.List;
import java.util.Map;

/** Replies 200 while the process makes progress, and otherwise 503 with the parts that do not: a restart helps then. */
final class LivenessHandler implements ExchangeHandler {

    private final Liveness liveness;

    LivenessHandler(Liveness liveness) {
        this.liveness = liveness;
    }

    @Override
    public void handle(Exchange exchange) {
        List<String> stuck = liveness.stuck();
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("status", stuck.isEmpty() ? "LIVE" : "STUCK");
        if (!stuck.isEmpty()) {
            ArrayNode parts = body.putArray("stuck");
            stuck.forEach(parts::add);
        }
        exchange.send(new Reply(stuck.isEmpty() ? 200 : 503, Map.of("Content-Type", MediaTypes.JSON), body.toString()));
    }
}
