package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;

/** Counts requests with an idempotency key by their result. */
public final class IdempotencyMeters {

    private final MeterProvider<Counter> requests;

    public IdempotencyMeters(MeterRegistry registry) {
        this.requests = Counter.builder("tributary.idempotency")
                .description("Requests with an idempotency key, by result")
                .withRegistry(registry);
    }

    public CompletableFuture<WriteResult> count(Resource resource, CompletableFuture<WriteResult> result) {
        return result.whenComplete((done, thrown) -> count(resource, thrown == null ? name(done) : "failed"));
    }

    /** Counts a request, and returns its result as the meter names it. */
    public String count(Resource resource, WriteResult result) {
        return count(resource, name(result));
    }

    public String count(Resource resource, String result) {
        requests.withTags("resource", resource.name(), "result", result).increment();
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
            case CONTENDED, THROTTLED, TIMEOUT, UNAVAILABLE, TABLE_UNAVAILABLE, TABLE_CHANGED -> "failed";
            default -> "refused";
        };
    }
}
