package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.Query;
import dev.tributary.http.server.RequestBody;
import dev.tributary.items.Precondition;
import dev.tributary.items.Resource;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads requests that change an item of a resource: one method for each HTTP method. */
public final class ItemRequests {

    private final Resource resource;
    private final ItemPaths paths;
    private final RequestBody body;

    public ItemRequests(Resource resource, ItemPaths paths, RequestBody body) {
        this.resource = resource;
        this.paths = paths;
        this.body = body;
    }

    public ItemRequest post(Exchange exchange) {
        new Query(exchange.query()).end();
        byte[] document = body.read(exchange, MediaTypes.POST);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> resource.post(text, precondition));
    }

    public ItemRequest put(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        byte[] document = body.read(exchange, MediaTypes.PUT);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> resource.put(key, text, precondition));
    }

    public ItemRequest patch(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        byte[] document = body.read(exchange, MediaTypes.PATCH);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return new ItemRequest(document, text -> resource.patch(key, text, precondition));
    }

    public ItemRequest delete(Exchange exchange) throws RefusedException {
        Map<String, AttributeValue> key = key(exchange);
        Precondition precondition = Preconditions.ofWrite(exchange);
        return ItemRequest.withoutDocument(none -> resource.delete(key, precondition));
    }

    private Map<String, AttributeValue> key(Exchange exchange) throws RefusedException {
        Query query = new Query(exchange.query());
        Map<String, AttributeValue> key = paths.key(exchange, query);
        query.end();
        return key;
    }
}
