package dev.tributary.http;

import dev.tributary.ingest.Precondition;
import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteRoute;
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

    ItemRequest post(Exchange exchange) {
        new Query(exchange.query()).end();
        byte[] document = body.read(exchange, MediaTypes.POST);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> route.post(text, precondition));
    }

    ItemRequest put(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        byte[] document = body.read(exchange, MediaTypes.PUT);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> route.put(key, text, precondition));
    }

    ItemRequest patch(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        byte[] document = body.read(exchange, MediaTypes.PATCH);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> route.patch(key, text, precondition));
    }

    ItemRequest delete(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return ItemRequest.withoutDocument(none -> route.delete(key, precondition));
    }

    private Map<String, AttributeValue> key(Exchange exchange) throws RefusedException {
        Query query = new Query(exchange.query());
        Map<String, AttributeValue> key = paths.key(exchange, query);
        query.end();
        return key;
    }
}
