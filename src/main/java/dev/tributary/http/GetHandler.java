package dev.tributary.http;

import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code GET} and {@code HEAD}: the item, as it is or as it was a moment ago. */
final class GetHandler implements RouteHandler.Work {

    private final WriteRoute route;
    private final ItemPaths paths;

    GetHandler(WriteRoute route, ItemPaths paths) {
        this.route = route;
        this.paths = paths;
    }

    @Override
    public CompletableFuture<WriteResult> start(Context context) throws RefusedException {
        Query query = new Query(context.req().getQueryString());
        Map<String, AttributeValue> key = paths.key(context, query);
        boolean consistent = query.takeFlag("consistent");
        query.end();
        return route.get(key, consistent, Preconditions.known(context));
    }
}
