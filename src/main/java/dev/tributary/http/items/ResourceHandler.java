package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.http.access.Access;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import io.micrometer.core.instrument.Timer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Times a request for one item, and sends its reply. The server's thread is free while DynamoDB works. */
public final class ResourceHandler implements ExchangeHandler {

    /** Carries out a request. */
    interface Work {
        CompletableFuture<Answer> start(Exchange exchange) throws RefusedException;
    }

    /** Carries out a request for one item. */
    interface ItemWork {
        CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException;
    }

    private static final Logger log = LoggerFactory.getLogger(ResourceHandler.class);

    private final Resource resource;
    private final Access access;
    private final Work work;
    private final WriteMeters meters;
    private final TableHealth table;

    /** @param access what the requests ask of the table */
    public ResourceHandler(Resource resource, Access access, Work work, WriteMeters meters, TableHealth table) {
        this.resource = resource;
        this.access = access;
        this.work = work;
        this.meters = meters;
        this.table = table;
    }

    /** Handles requests for one item. */
    public static ResourceHandler ofItem(
            Resource resource, ItemPaths paths, Access access, ItemWork work, WriteMeters meters, TableHealth table) {
        return new ResourceHandler(
                resource,
                access,
                exchange -> work.start(exchange).thenApply(result -> Answer.of(paths, result)),
                meters,
                table);
    }

    @Override
    public void handle(Exchange exchange) {
        Timer.Sample sample = meters.start();
        CompletableFuture<Answer> answer;
        try {
            answer = work.start(exchange);
        } catch (RefusedException | RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        exchange.send(answer.whenComplete((done, failure) -> exchange.run(() -> ended(exchange, sample, done, failure)))
                .thenApply(Answer::reply));
    }

    private void ended(Exchange exchange, Timer.Sample sample, @Nullable Answer done, @Nullable Throwable failure) {
        String outcome = done == null
                ? ProblemDocument.of(Objects.requireNonNull(failure)).type().slug()
                : done.outcome();
        meters.stop(sample, resource.name(), exchange.method(), outcome);
        log.debug("{} {}: {}", exchange.method(), resource.name(), outcome);
        if (done != null) {
            table.record(access, done.refusal());
        }
    }

    /** The outcome as meters name it. */
    public static String outcome(WriteResult result) {
        if (result instanceof WriteResult.Refused refused) {
            return ProblemType.of(refused.problem().kind()).slug();
        }
        if (result instanceof WriteResult.Stored) {
            return "stored";
        }
        if (result instanceof WriteResult.Changed) {
            return "changed";
        }
        if (result instanceof WriteResult.Replayed) {
            return "replayed";
        }
        return result instanceof WriteResult.Found ? "found" : "not-modified";
    }
}
