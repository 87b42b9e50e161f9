package dev.tributary.http;

import dev.tributary.http.bulk.BulkHandler;
import dev.tributary.http.bulk.BulkRequestLimiter;
import dev.tributary.http.items.ChangeHandler;
import dev.tributary.http.items.GetHandler;
import dev.tributary.http.items.IdempotencyMeters;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.ItemRequests;
import dev.tributary.http.items.ResourceHandler;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.items.WriteMeters;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.RequestBody;
import dev.tributary.items.ReadLimiter;
import dev.tributary.items.Resource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Registers the handlers of a resource: one for each method of its path and of its items' paths. */
final class ResourceEndpoints {

    private static final String OF_COLLECTION = "POST, OPTIONS";
    private static final String OF_ITEM = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

    private final ItemPaths paths;
    private final ExchangeHandler post;
    private final ExchangeHandler bulk;

    /** By method; the same whether the path or the query names the item. */
    private final Map<String, ExchangeHandler> ofItem = new LinkedHashMap<>();

    ResourceEndpoints(
            Resource resource,
            ItemPaths paths,
            RequestBody body,
            ReadLimiter reads,
            BulkRequestLimiter bulkRequests,
            WriteMeters meters,
            IdempotencyMeters keys,
            TableHealth table) {
        this.paths = paths;
        this.bulk = new BulkHandler(resource, paths, bulkRequests, body, meters, keys, table);
        ItemRequests requests = new ItemRequests(resource, paths, body);
        Function<ChangeHandler.Reader, ExchangeHandler> changing = reader ->
                new ResourceHandler(resource, paths, new ChangeHandler(resource, paths, reader, keys), meters, table);
        this.post = changing.apply(requests::post);
        ExchangeHandler get =
                new ResourceHandler(resource, paths, new GetHandler(resource, paths, reads), meters, table);
        ofItem.put("GET", get);
        ofItem.put("HEAD", get);
        ofItem.put("PUT", changing.apply(requests::put));
        ofItem.put("PATCH", changing.apply(requests::patch));
        ofItem.put("DELETE", changing.apply(requests::delete));
        ofItem.put("OPTIONS", this::options);
    }

    void addTo(HandlerRegistry registry) {
        registry.add("POST", paths.collection(), this::post);
        ofItem.forEach((method, handler) -> {
            registry.add(method, paths.collection(), exchange -> atCollection(handler, exchange));
            registry.add(method, paths.item(), exchange -> atItem(handler, exchange));
            paths.rest().ifPresent(rest -> registry.add(method, rest, this::nothing));
        });
    }

    private void post(Exchange exchange) throws Exception {
        (BulkHandler.isFor(exchange) ? bulk : post).handle(exchange);
    }

    private void atCollection(ExchangeHandler handler, Exchange exchange) throws Exception {
        if (!paths.namesItem(exchange) && !exchange.method().equals("OPTIONS")) {
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.METHOD_NOT_ALLOWED,
                            "%s takes %s, not %s. An item is at %s."
                                    .formatted(paths.collection(), OF_COLLECTION, exchange.method(), paths.described()))
                    .with("Allow", OF_COLLECTION));
        }
        handler.handle(exchange);
    }

    private void atItem(ExchangeHandler handler, Exchange exchange) throws Exception {
        if (paths.isUnderAnotherResource(exchange)) {
            nothing(exchange);
        }
        handler.handle(exchange);
    }

    private void nothing(Exchange exchange) {
        throw new ProblemException(
                ProblemType.UNKNOWN_PATH,
                "Nothing is at %s. An item is at %s.".formatted(exchange.path(), paths.described()));
    }

    private void options(Exchange exchange) {
        boolean ofItem = paths.namesItem(exchange);
        MediaTypes types = ofItem ? MediaTypes.PATCH : MediaTypes.POST;
        exchange.send(
                new Reply(204, Map.of("Allow", ofItem ? OF_ITEM : OF_COLLECTION, types.header(), types.listed()), ""));
    }
}
