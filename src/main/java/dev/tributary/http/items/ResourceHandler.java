package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.http.access.Access;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.model.Failures;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.CompletableFuture;

/** Times a request to a route, and answers it. The server's thread is free while DynamoDB works. */
public final class ResourceHandler implements ExchangeHandler {

    /** What a request is about. */
    interface Work {
        CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException;
    }

    private final Resource route;
    private final ItemPaths paths;
    private final Work work;
    private final WriteMeters meters;
    private final TableHealth table;

    public ResourceHandler(Resource route, ItemPaths paths, Work work, WriteMeters meters, TableHealth table) {
        this.route = route;
        this.paths = paths;
        this.work = work;
        this.meters = meters;
        this.table = table;
    }

    @Override
    public void handle(Exchange exchange) {
        Timer.Sample sample = meters.start();
        CompletableFuture<WriteResult> result;
        try {
            result = work.start(exchange);
        } catch (RefusedException e) {
            result = CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        } catch (ProblemException e) {
            stop(sample, exchange, e.document().type().slug());
            throw e;
        }
        Access access = Access.of(exchange.method());
        CompletableFuture<WriteResult> started = result;
        exchange.send(started.whenComplete(
                        (done, failure) -> stop(sample, exchange, failure == null ? outcome(done) : outcome(failure)))
                .thenApply(done -> {
                    table.heard(access, done);
                    return ItemReplies.of(paths, done);
                }));
    }

    private void stop(Timer.Sample sample, Exchange exchange, String outcome) {
        meters.stop(sample, route.name(), exchange.method(), outcome);
    }

    private static String outcome(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        return (cause instanceof ProblemException problem ? problem.document().type() : ProblemType.INTERNAL_ERROR)
                .slug();
    }

    /** The word for it in metrics. */
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
