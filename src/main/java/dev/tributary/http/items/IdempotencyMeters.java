package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;

/** Counts requests with an idempotency key by their result. */
public final class IdempotencyMeters {

    private static final Metric REQUESTS = Metric.counter("tributary.idempotency", """
            Requests with an idempotency key. `result` is `executed`, `replayed`, `in_progress` (409), `mismatch` (422),
            `refused` (wrote nothing) or `failed` (a table or the network). Many `mismatch`: a client uses keys
            twice.""", "resource", "result");

    private final MeterRegistry registry;

    public IdempotencyMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    public CompletableFuture<WriteResult> count(Resource resource, CompletableFuture<WriteResult> result) {
        return result.whenComplete((done, thrown) -> count(resource, thrown == null ? name(done) : "failed"));
    }

    /** Counts a request, and returns its result as the meter names it. */
    public String count(Resource resource, WriteResult result) {
        return count(resource, name(result));
    }

    public String count(Resource resource, String result) {
        REQUESTS.counter(registry, resource.name(), result).increment();
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
