package dev.tributary.http.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.access.Caller;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.RequestBody;
import dev.tributary.http.status.OperatorActions.ParkedSelection;
import dev.tributary.items.DocumentMemoryBudget;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the actions of operators from requests. Each is a POST with a JSON body, which a browser sends for no other site
 * without asking, and its token is in a header, which a browser adds to no request by itself. Every action is logged with the
 * name of the token.
 */
final class ActionHandlers {

    private static final Logger log = LoggerFactory.getLogger(ActionHandlers.class);

    static final int MAX_BODY_BYTES = 8192;

    private static final MediaTypes JSON = new MediaTypes("Accept-Post", List.of(MediaTypes.JSON));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OperatorActions actions;
    private final Runnable done;
    private final RequestBody body = new RequestBody(MAX_BODY_BYTES, DocumentMemoryBudget.ofHeap());

    /** @param done called after each action */
    ActionHandlers(OperatorActions actions, Runnable done) {
        this.actions = actions;
        this.done = done;
    }

    void addTo(HandlerRegistry registry) {
        registry.add(
                "POST", StatusFiles.PATH + "/redrive", handler("redrive", request -> actions.redrive(parked(request))));
        registry.add(
                "POST", StatusFiles.PATH + "/discard", handler("discard", request -> actions.discard(parked(request))));
        registry.add(
                "POST",
                StatusFiles.PATH + "/acknowledge",
                handler("acknowledge", request -> actions.acknowledge(text(request, "source"), text(request, "gap"))));
    }

    private ExchangeHandler handler(String action, Function<JsonNode, CompletableFuture<ObjectNode>> run) {
        return exchange -> {
            JsonNode request = read(exchange);
            String caller = Caller.nameOf(exchange);
            exchange.send(run.apply(request)
                    .whenComplete((result, failure) -> {
                        log.info(
                                "status page: {} by {}: {}",
                                action,
                                caller,
                                failure == null ? result : "failed: " + failure.getMessage());
                        done.run();
                    })
                    .thenApply(ActionHandlers::reply));
        };
    }

    private static Reply reply(ObjectNode result) {
        return new Reply(200, Map.of("Content-Type", MediaTypes.JSON), result.toString());
    }

    private JsonNode read(Exchange exchange) throws IOException {
        try {
            JsonNode request = MAPPER.readTree(body.read(exchange, JSON));
            if (!request.isObject()) {
                throw new ProblemException(ProblemType.NOT_AN_OBJECT, "Expected a JSON object.");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw new ProblemException(ProblemType.MALFORMED_JSON, "Expected a JSON object.");
        }
    }

    private static ParkedSelection parked(JsonNode request) {
        if (request.has("item") == request.has("reason")) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "Expected route, and either item or reason.");
        }
        return new ParkedSelection(
                text(request, "route"),
                request.has("item") ? Optional.of(text(request, "item")) : Optional.empty(),
                request.has("reason") ? Optional.of(text(request, "reason")) : Optional.empty());
    }

    private static String text(JsonNode request, String name) {
        JsonNode value = request.path(name);
        if (!value.isTextual()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "Expected the member %s, a string.".formatted(name));
        }
        return value.asText();
    }
}
