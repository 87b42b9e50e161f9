package dev.tributary.http.items;

import dev.tributary.document.KeysReader;
import dev.tributary.document.RefusedException;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.Query;
import dev.tributary.http.server.RequestBody;
import dev.tributary.items.ReadLimiter;
import dev.tributary.items.query.Batch;
import dev.tributary.items.query.FieldSelection;
import dev.tributary.items.query.ResourceReads;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Handles {@code POST} of many keys, which reads their items. */
public final class BatchGetHandler implements ResourceHandler.Work {

    private final ResourceReads reads;
    private final ReadLimiter limiter;
    private final RequestBody body;
    private final KeysReader keys;

    public BatchGetHandler(ResourceReads reads, ReadLimiter limiter, RequestBody body) {
        this.reads = reads;
        this.limiter = limiter;
        this.body = body;
        this.keys = new KeysReader(reads.layout().key(), Batch.MAX_KEYS);
    }

    @Override
    public CompletableFuture<Answer> start(Exchange exchange) throws RefusedException {
        Query parameters = new Query(exchange.query());
        boolean consistent = parameters.takeFlag(QueryParameters.CONSISTENT);
        FieldSelection fields = QueryParameters.fields(parameters);
        parameters.end("; it takes " + QueryParameters.OF_ITEMS);
        List<Map<String, AttributeValue>> asked = keys.read(body.read(exchange, MediaTypes.PUT));
        return limiter.take(() -> reads.batch(asked, consistent, fields))
                .thenApply(result -> result.orElseThrow(GetHandler::overloaded))
                .thenApply(result -> result.refusal()
                        .map(Answer::refused)
                        .orElseGet(() -> answer(result.value().orElseThrow())));
    }

    private static Answer answer(Batch batch) {
        StringBuilder json = new StringBuilder("{\"items\":")
                .append(ItemJson.of(batch.items()))
                .append(",\"missing\":")
                .append(ItemJson.of(batch.missing()));
        if (!batch.unread().isEmpty()) {
            json.append(",\"unread\":").append(ItemJson.of(batch.unread()));
        }
        Map<String, String> headers = Map.of("Content-Type", MediaTypes.JSON, "Cache-Control", "no-store");
        return new Answer(new Reply(200, headers, json.append('}').toString()), "batch", Optional.empty());
    }
}
