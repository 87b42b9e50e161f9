package dev.tributary.http.items;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.acknowledgement.Acknowledgement;
import dev.tributary.acknowledgement.Acknowledgements;
import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.Query;
import dev.tributary.items.Resource;
import dev.tributary.model.VersionStamp;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Handles {@code GET} of the status of a write whose client stopped waiting for it. */
public final class WriteStatus implements ResourceHandler.Work {

    static final Map<String, String> HEADERS = Map.of("Content-Type", MediaTypes.JSON, "Cache-Control", "no-store");

    private final Resource resource;
    private final Acknowledgements writes;

    public WriteStatus(Resource resource, Acknowledgements writes) {
        this.resource = resource;
        this.writes = writes;
    }

    /** Whether a request asks for the status of a write. */
    public static boolean isFor(Exchange exchange) {
        return exchange.query() != null && exchange.query().startsWith(VersionStamp.WRITE + "=");
    }

    @Override
    public CompletableFuture<Answer> start(Exchange exchange) {
        Query parameters = new Query(exchange.query());
        String id = parameters.take(VersionStamp.WRITE);
        parameters.end();
        if (!WriteMark.isId(id)) {
            throw Query.bad("Expected the Location of a reply with status 202.");
        }
        return writes.find(new WriteMark(id))
                .thenApply(end -> new Answer(new Reply(200, HEADERS, json(end)), "status", Optional.empty()))
                .exceptionally(
                        failure -> Answer.refused(resource.explainRead(failure).problem()));
    }

    /** The status as JSON. */
    static String json(Optional<Acknowledgement> end) {
        ObjectNode status = JsonNodeFactory.instance
                .objectNode()
                .put(
                        "status",
                        end.map(reached -> reached.failed().isEmpty() ? "done" : "failed")
                                .orElse("pending"));
        end.filter(reached -> !reached.failed().isEmpty()).ifPresent(reached -> {
            ArrayNode routes = status.putArray("routes");
            reached.failed().stream().sorted().forEach(routes::add);
        });
        return status.toString();
    }
}
