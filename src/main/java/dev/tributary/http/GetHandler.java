package dev.tributary.http;

import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
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
    public CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException {
        Query query = new Query(exchange.query());
        Map<String, AttributeValue> key = paths.key(exchange, query);
        boolean consistent = query.takeFlag("consistent");
        query.end();
        return route.get(key, consistent, Preconditions.known(exchange));
    }
}
