package dev.tributary.http;

import dev.tributary.ingest.ReadTurns;
import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code GET} and {@code HEAD}: the item, as it is or as it was a moment ago. */
final class GetHandler implements RouteHandler.Work {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final WriteRoute route;
    private final ItemPaths paths;
    private final ReadTurns turns;

    GetHandler(WriteRoute route, ItemPaths paths, ReadTurns turns) {
        this.route = route;
        this.paths = paths;
        this.turns = turns;
    }

    @Override
    public CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException {
        Query query = new Query(exchange.query());
        Map<String, AttributeValue> key = paths.key(exchange, query);
        boolean consistent = query.takeFlag("consistent");
        query.end();
        Predicate<String> known = Preconditions.known(exchange);
        return turns.take(() -> route.get(key, consistent, known))
                .thenApply(result -> result.orElseThrow(GetHandler::overloaded));
    }

    private static ProblemException overloaded() {
        return new ProblemException(ProblemDocument.of(
                        ProblemType.OVERLOADED,
                        "Other reads take the memory that there is for items. Send this again after Retry-After.")
                .retryAfter(RETRY_AFTER));
    }
}
