package dev.tributary.http;

import dev.tributary.ingest.ItemChange;
import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteRoute;
import io.javalin.http.Context;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads what requests ask of a route's items: one method of this class for each method of HTTP. */
final class ItemRequests {

    private final WriteRoute route;
    private final ItemPaths paths;
    private final RequestBody body;

    ItemRequests(WriteRoute route, ItemPaths paths, RequestBody body) {
        this.route = route;
        this.paths = paths;
        this.body = body;
    }

    ItemChange post(Context context) throws RefusedException {
        new Query(context.req().getQueryString()).end();
        return route.post(body.read(context, MediaTypes.POST), Preconditions.ofWrite(context));
    }

    ItemChange put(Context context) throws RefusedException {
        return route.put(key(context), body.read(context, MediaTypes.PUT), Preconditions.ofWrite(context));
    }

    ItemChange patch(Context context) throws RefusedException {
        return route.patch(key(context), body.read(context, MediaTypes.PATCH), Preconditions.ofWrite(context));
    }

    ItemChange delete(Context context) throws RefusedException {
        return route.delete(key(context), Preconditions.ofWrite(context));
    }

    private Map<String, AttributeValue> key(Context context) throws RefusedException {
        Query query = new Query(context.req().getQueryString());
        Map<String, AttributeValue> key = paths.key(context, query);
        query.end();
        return key;
    }
}
