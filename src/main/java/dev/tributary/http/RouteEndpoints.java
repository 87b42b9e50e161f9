package dev.tributary.http;

import dev.tributary.ingest.WriteRoute;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.LinkedHashMap;
import java.util.Map;

/** The methods of a route's path, and of its items' paths. */
final class RouteEndpoints {

    private static final String OF_COLLECTION = "POST, OPTIONS";
    private static final String OF_ITEM = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

    private final ItemPaths paths;
    private final Handler post;
    private final Handler bulk;

    /** By method; the same for an item in the path and in the query. */
    private final Map<HandlerType, Handler> ofItem = new LinkedHashMap<>();

    RouteEndpoints(
            WriteRoute route,
            ItemPaths paths,
            RequestBody body,
            BulkRequests bulkRequests,
            WriteMeters meters,
            KeyMeters keys,
            TableHealth table) {
        this.paths = paths;
        this.bulk = new BulkHandler(route, paths, bulkRequests, body.maxBytes(), meters, keys, table);
        ItemRequests requests = new ItemRequests(route, paths, body);
        this.post =
                new RouteHandler(route, paths, new ChangeHandler(route, paths, requests::post, keys), meters, table);
        Handler get = new RouteHandler(route, paths, new GetHandler(route, paths), meters, table);
        ofItem.put(HandlerType.GET, get);
        ofItem.put(HandlerType.HEAD, get);
        ofItem.put(
                HandlerType.PUT,
                new RouteHandler(route, paths, new ChangeHandler(route, paths, requests::put, keys), meters, table));
        ofItem.put(
                HandlerType.PATCH,
                new RouteHandler(route, paths, new ChangeHandler(route, paths, requests::patch, keys), meters, table));
        ofItem.put(
                HandlerType.DELETE,
                new RouteHandler(route, paths, new ChangeHandler(route, paths, requests::delete, keys), meters, table));
        ofItem.put(HandlerType.OPTIONS, this::options);
    }

    void addTo(RoutesConfig routes) {
        routes.addHttpHandler(HandlerType.POST, paths.collection(), this::post);
        ofItem.forEach((method, handler) -> {
            routes.addHttpHandler(method, paths.collection(), context -> atCollection(handler, context));
            routes.addHttpHandler(method, paths.item(), context -> atItem(handler, context));
            paths.rest().ifPresent(rest -> routes.addHttpHandler(method, rest, this::nothing));
        });
    }

    private void post(Context context) throws Exception {
        (BulkHandler.isFor(context) ? bulk : post).handle(context);
    }

    private void atCollection(Handler handler, Context context) throws Exception {
        if (!paths.namesItem(context) && !context.method().equals(HandlerType.OPTIONS)) {
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.METHOD_NOT_ALLOWED,
                            "%s takes %s, not %s. An item is at %s."
                                    .formatted(
                                            paths.collection(),
                                            OF_COLLECTION,
                                            context.req().getMethod(),
                                            paths.described()))
                    .with("Allow", OF_COLLECTION));
        }
        handler.handle(context);
    }

    private void atItem(Handler handler, Context context) throws Exception {
        if (paths.isUnderAnotherRoute(context)) {
            nothing(context);
        }
        handler.handle(context);
    }

    private void nothing(Context context) {
        throw new ProblemException(ProblemDocument.of(
                ProblemType.UNKNOWN_PATH,
                "Nothing is at %s. An item is at %s.".formatted(context.path(), paths.described())));
    }

    private void options(Context context) {
        context.status(204);
        if (paths.namesItem(context)) {
            context.header("Allow", OF_ITEM).header(MediaTypes.PATCH.header(), MediaTypes.PATCH.listed());
        } else {
            context.header("Allow", OF_COLLECTION).header(MediaTypes.POST.header(), MediaTypes.POST.listed());
        }
    }
}
