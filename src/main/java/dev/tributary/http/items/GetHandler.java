package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.Query;
import dev.tributary.items.ReadLimiter;
import dev.tributary.items.WriteResult;
import dev.tributary.items.query.FieldSelection;
import dev.tributary.items.query.ResourceReads;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Handles {@code GET} and {@code HEAD} of an item, with eventual or strong consistency. */
public final class GetHandler implements ResourceHandler.ItemWork {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ResourceReads reads;
    private final ItemPaths paths;
    private final ReadLimiter limiter;

    public GetHandler(ResourceReads reads, ItemPaths paths, ReadLimiter limiter) {
        this.reads = reads;
        this.paths = paths;
        this.limiter = limiter;
    }

    @Override
    public CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException {
        Query query = new Query(exchange.query());
        Map<String, AttributeValue> key = paths.key(exchange, query);
        boolean consistent = query.takeFlag(QueryParameters.CONSISTENT);
        FieldSelection fields = QueryParameters.fields(query);
        query.end("; for one item it takes " + QueryParameters.OF_ITEMS);
        Predicate<String> known = Preconditions.known(exchange);
        return limiter.take(() -> reads.item(key, consistent, fields, known))
                .thenApply(result -> result.orElseThrow(GetHandler::overloaded));
    }

    static ProblemException overloaded() {
        return new ProblemException(ProblemDocument.of(
                        ProblemType.OVERLOADED,
                        "The memory for items is in use by other reads. Send this again after Retry-After.")
                .retryAfter(RETRY_AFTER));
    }
}
