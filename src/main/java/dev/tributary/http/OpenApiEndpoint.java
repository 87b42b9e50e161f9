package dev.tributary.http;

import dev.tributary.config.HttpSettings;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves the description of the routes. Its path belongs to it whatever the method, so that an item of the route at / is
 * not written there and read elsewhere.
 */
final class OpenApiEndpoint {

    static final String PATH = HttpSettings.DESCRIPTION_PATH;

    private static final String ALLOWED = "GET, HEAD, OPTIONS";
    private static final List<HandlerType> OTHERS =
            List.of(HandlerType.POST, HandlerType.PUT, HandlerType.PATCH, HandlerType.DELETE);

    private final OpenApi description;

    OpenApiEndpoint(OpenApi description) {
        this.description = description;
    }

    void addTo(RoutesConfig routes) {
        routes.get(PATH, this::get);
        routes.head(PATH, this::get);
        routes.options(PATH, context -> context.status(204).header("Allow", ALLOWED));
        OTHERS.forEach(method -> routes.addHttpHandler(method, PATH, OpenApiEndpoint::refuse));
    }

    private void get(Context context) {
        new Query(context.req().getQueryString()).end();
        boolean known = Preconditions.known(context).test(description.version());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("ETag", Preconditions.etag(description.version()));
        headers.put("Cache-Control", Answer.REVALIDATE);
        if (!known) {
            headers.put("Content-Type", MediaTypes.JSON);
        }
        new Answer(known ? 304 : 200, headers, known ? "" : description.json()).send(context);
    }

    private static void refuse(Context context) {
        throw new ProblemException(ProblemDocument.of(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "%s takes %s, not %s. An item with this key is named in the query."
                                .formatted(PATH, ALLOWED, context.req().getMethod()))
                .with("Allow", ALLOWED));
    }
}
