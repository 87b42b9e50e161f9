package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;

/** Counts what became of requests with an idempotency key. */
public final class IdempotencyMeters {

    private final MeterProvider<Counter> requests;

    public IdempotencyMeters(MeterRegistry registry) {
        this.requests = Counter.builder("tributary.idempotency")
                .description("Requests with an idempotency key, by what became of them")
                .withRegistry(registry);
    }

    public CompletableFuture<WriteResult> count(Resource route, CompletableFuture<WriteResult> result) {
        return result.whenComplete((done, thrown) -> count(route, thrown == null ? name(done) : "failed"));
    }

    /** Counts a request, and tells the word that it is counted by. */
    public String count(Resource route, WriteResult result) {
        return count(route, name(result));
    }

    public String count(Resource route, String result) {
        requests.withTags("route", route.name(), "result", result).increment();
        return result;
    }

    private static String name(WriteResult result) {
        if (result instanceof WriteResult.Replayed) {
            return "replayed";
        }
        if (!(result instanceof WriteResult.Refused refused)) {
            return "executed";
        }
        Problem.Kind kind = refused.problem().kind();
        return switch (kind) {
            case REQUEST_IN_PROGRESS -> "in_progress";
            case IDEMPOTENCY_KEY_REUSED -> "mismatch";
            case CONTENDED, THROTTLED, TIMEOUT, UNAVAILABLE, TABLE_UNAVAILABLE -> "failed";
            default -> "refused";
        };
    }
}
