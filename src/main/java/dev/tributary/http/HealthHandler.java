package dev.tributary.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.Map;
import java.util.Set;

/** Serves health as JSON, with 503 while a component starts or is down: load balancers and orchestrators read the status only. */
final class HealthHandler implements ExchangeHandler {

    private static final Set<Status> NOT_READY = Set.of(Status.STARTING, Status.DOWN);

    private final Health health;

    HealthHandler(Health health) {
        this.health = health;
    }

    @Override
    public void handle(Exchange exchange) {
        Health.Snapshot now = health.snapshot();
        ObjectNode body =
                JsonNodeFactory.instance.objectNode().put("status", now.status().name());
        ObjectNode components = body.putObject("components");
        now.components().forEach((name, component) -> components
                .putObject(name)
                .put("status", component.status().name())
                .put("detail", component.detail()));
        exchange.send(new Reply(
                NOT_READY.contains(now.status()) ? 503 : 200,
                Map.of("Content-Type", MediaTypes.JSON),
                body.toString()));
    }
}
