package dev.tributary.http;

import dev.tributary.ingest.Precondition;
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

    ItemRequest post(Context context) {
        new Query(context.req().getQueryString()).end();
        byte[] document = body.read(context, MediaTypes.POST);
        Precondition precondition = Preconditions.ofWrite(context);
        return new ItemRequest(document, text -> route.post(text, precondition));
    }

    ItemRequest put(Context context) throws RefusedException {
        Map<String, AttributeValue> key = key(context);
        byte[] document = body.read(context, MediaTypes.PUT);
        Precondition precondition = Preconditions.ofWrite(context);
        return new ItemRequest(document, text -> route.put(key, text, precondition));
    }

    ItemRequest patch(Context context) throws RefusedException {
        Map<String, AttributeValue> key = key(context);
        byte[] document = body.read(context, MediaTypes.PATCH);
        Precondition precondition = Preconditions.ofWrite(context);
        return new ItemRequest(document, text -> route.patch(key, text, precondition));
    }

    ItemRequest delete(Context context) throws RefusedException {
        Map<String, AttributeValue> key = key(context);
        Precondition precondition = Preconditions.ofWrite(context);
        return ItemRequest.withoutDocument(none -> route.delete(key, precondition));
    }

    private Map<String, AttributeValue> key(Context context) throws RefusedException {
        Query query = new Query(context.req().getQueryString());
        Map<String, AttributeValue> key = paths.key(context, query);
        query.end();
        return key;
    }
}
