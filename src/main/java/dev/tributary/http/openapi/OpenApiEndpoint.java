package dev.tributary.http.openapi;

import dev.tributary.http.items.Preconditions;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.Query;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves the description of the resources. It handles every method of its path, so that an item of the resource at / cannot
 * be written there and read elsewhere.
 */
public final class OpenApiEndpoint {

    public static final String PATH = "/openapi.json";

    private static final String ALLOWED = "GET, HEAD, OPTIONS";
    private static final List<String> OTHERS = List.of("POST", "PUT", "PATCH", "DELETE");

    private final OpenApi description;

    public OpenApiEndpoint(OpenApi description) {
        this.description = description;
    }

    public void addTo(HandlerRegistry registry) {
        registry.add("GET", PATH, this::get);
        registry.add("HEAD", PATH, this::get);
        registry.add("OPTIONS", PATH, exchange -> exchange.send(new Reply(204, Map.of("Allow", ALLOWED), "")));
        OTHERS.forEach(method -> registry.add(method, PATH, OpenApiEndpoint::refuse));
    }

    private void get(Exchange exchange) {
        new Query(exchange.query()).end();
        boolean known = Preconditions.known(exchange).test(description.version());
        Map<String, String> headers = new LinkedHashMap<>();
        if (!known) {
            headers.put("Content-Type", MediaTypes.JSON);
        }
        headers.put("ETag", Preconditions.etag(description.version()));
        headers.put("Cache-Control", Reply.REVALIDATE);
        exchange.send(new Reply(known ? 304 : 200, headers, known ? "" : description.json()));
    }

    private static void refuse(Exchange exchange) {
        throw new ProblemException(ProblemDocument.of(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "%s takes %s, not %s. An item with this key is named in the query."
                                .formatted(PATH, ALLOWED, exchange.method()))
                .with("Allow", ALLOWED));
    }
}
