package dev.tributary.http;

import dev.tributary.http.access.Access;
import dev.tributary.http.bulk.BulkHandler;
import dev.tributary.http.bulk.BulkRequestLimiter;
import dev.tributary.http.items.AwaitedChange;
import dev.tributary.http.items.BatchGetHandler;
import dev.tributary.http.items.ChangeHandler;
import dev.tributary.http.items.GetHandler;
import dev.tributary.http.items.IdempotencyMeters;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.ItemRequests;
import dev.tributary.http.items.PageHandler;
import dev.tributary.http.items.ResourceHandler;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.items.WriteMeters;
import dev.tributary.http.items.WriteStatus;
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
import dev.tributary.items.query.ResourceReads;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Registers the handlers of a resource: one for each method of its path and of its items' paths. */
final class ResourceEndpoints {

    private static final String OF_COLLECTION = "POST, OPTIONS";
    private static final String OF_ITEM = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";
    private static final String TO_READ = "GET, HEAD, OPTIONS";

    private final Resource resource;
    private final ItemPaths paths;
    private final ResourceReads reads;
    private final ExchangeHandler get;
    private final ExchangeHandler page;
    private final ExchangeHandler batch;
    private final Optional<ExchangeHandler> post;
    private final Optional<ExchangeHandler> status;

    /** By method; the same whether the path or the query names the item. Empty if the resource takes no writes. */
    private final Map<String, ExchangeHandler> changes = new LinkedHashMap<>();

    ResourceEndpoints(Resource resource, ItemPaths paths, SharedLimits limits, Telemetry telemetry) {
        this.resource = resource;
        this.paths = paths;
        this.reads = new ResourceReads(resource);
        WriteMeters meters = telemetry.meters();
        TableHealth table = telemetry.table();
        this.get = ResourceHandler.ofItem(
                resource, paths, Access.READ, new GetHandler(reads, paths, limits.reads()), meters, table);
        this.page = new ResourceHandler(resource, Access.READ, new PageHandler(reads, limits.pages()), meters, table);
        this.batch = new ResourceHandler(
                resource, Access.READ, new BatchGetHandler(reads, limits.pages(), limits.body()), meters, table);
        this.status = resource.acknowledgements()
                .map(writes ->
                        new ResourceHandler(resource, Access.READ, new WriteStatus(resource, writes), meters, table));
        this.post = resource.isWritable() ? Optional.of(addChanges(limits, telemetry)) : Optional.empty();
    }

    /** The bounds of memory that all resources share. */
    record SharedLimits(RequestBody body, ReadLimiter reads, ReadLimiter pages, BulkRequestLimiter bulk) {}

    /** What reports on the requests of a resource. */
    record Telemetry(WriteMeters meters, IdempotencyMeters keys, TableHealth table) {}

    /** Adds the handlers of the methods that write; returns that of {@code POST}. */
    private ExchangeHandler addChanges(SharedLimits limits, Telemetry telemetry) {
        ItemRequests requests = new ItemRequests(resource, paths, limits.body());
        Function<ChangeHandler.Reader, ExchangeHandler> changing = reader -> {
            ChangeHandler change = new ChangeHandler(resource, paths, reader, telemetry.keys());
            return resource.acknowledgements()
                    .map(writes -> new ResourceHandler(
                            resource,
                            Access.WRITE,
                            new AwaitedChange(change, paths, writes),
                            telemetry.meters(),
                            telemetry.table()))
                    .orElseGet(() -> ResourceHandler.ofItem(
                            resource, paths, Access.WRITE, change, telemetry.meters(), telemetry.table()));
        };
        ExchangeHandler one = changing.apply(requests::post);
        ExchangeHandler many = new BulkHandler(
                resource, paths, limits.bulk(), limits.body(), telemetry.meters(), telemetry.keys(), telemetry.table());
        changes.put("PUT", changing.apply(requests::put));
        changes.put("PATCH", changing.apply(requests::patch));
        changes.put("DELETE", changing.apply(requests::delete));
        return exchange -> (BulkHandler.isFor(exchange) ? many : one).handle(exchange);
    }

    void addTo(HandlerRegistry registry) {
        post.ifPresent(handler -> registry.add("POST", paths.collection(), handler));
        registry.add("OPTIONS", paths.batch(), this::optionsOfBatch);
        Map<String, ExchangeHandler> ofItem = new LinkedHashMap<>();
        ofItem.put("GET", get);
        ofItem.put("HEAD", get);
        ofItem.putAll(changes);
        ofItem.put("OPTIONS", this::options);
        ofItem.forEach((method, handler) -> {
            registry.add(method, paths.collection(), exchange -> atCollection(handler, exchange));
            registry.add(method, paths.item(), exchange -> atItem(handler, exchange));
            paths.rest().ifPresent(rest -> registry.add(method, rest, this::nothing));
        });
        registry.addReading("POST", paths.batch(), batch);
        if (!resource.isWritable()) {
            refuseWrites(registry);
        }
    }

    /** Without these handlers, a resource with a shorter path would take the writes for those of its items. */
    private void refuseWrites(HandlerRegistry registry) {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            registry.addReading(method, paths.collection(), ResourceEndpoints::refuseWrite);
            registry.addReading(method, paths.item(), ResourceEndpoints::refuseWrite);
        }
    }

    private static void refuseWrite(Exchange exchange) {
        throw new ProblemException(ProblemDocument.of(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "%s takes %s, not %s.".formatted(exchange.path(), TO_READ, exchange.method()))
                .with("Allow", TO_READ));
    }

    private void atCollection(ExchangeHandler handler, Exchange exchange) throws Exception {
        if (handler == get && status.isPresent() && WriteStatus.isFor(exchange)) {
            status.get().handle(exchange);
            return;
        }
        if (handler == get && (exchange.query() != null || !resource.isWritable())) {
            (PageHandler.namesItem(exchange, reads) ? get : page).handle(exchange);
            return;
        }
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

    /** If an item's path has one segment, the path of batch reads is that of an item too. */
    private void optionsOfBatch(Exchange exchange) {
        String others = resource.isWritable() ? OF_ITEM : TO_READ;
        String allowed = resource.keyNames().size() == 1 ? "POST, " + others : "POST, OPTIONS";
        exchange.send(new Reply(204, Map.of("Allow", allowed, "Accept-Post", MediaTypes.JSON), ""));
    }

    private void options(Exchange exchange) {
        if (!resource.isWritable()) {
            exchange.send(new Reply(204, Map.of("Allow", TO_READ), ""));
            return;
        }
        boolean ofItem = paths.namesItem(exchange);
        MediaTypes types = ofItem ? MediaTypes.PATCH : MediaTypes.POST;
        exchange.send(
                new Reply(204, Map.of("Allow", ofItem ? OF_ITEM : OF_COLLECTION, types.header(), types.listed()), ""));
    }
}
