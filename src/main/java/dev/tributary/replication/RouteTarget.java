package dev.tributary.replication;

import dev.tributary.dynamo.CallResult;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.replication.RouteHealth.SupportTable;
import dev.tributary.telemetry.LogFields;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target of a route, as the pipeline of one shard writes to it: each write is repeated until the target has taken or
 * refused it, and ends when what it requires against late writes is recorded.
 *
 * @param retry makes the attempts while the lease is held
 * @param lateWrites of the route
 * @param lateWritesFailed receives the failures of the late-write table
 */
record RouteTarget(
        Route route,
        FencedRetry retry,
        RouteMeters meters,
        RouteHealth health,
        RouteLateWrites lateWrites,
        Consumer<WriteFailure> lateWritesFailed) {

    private static final Logger log = LoggerFactory.getLogger(RouteTarget.class);

    /** How a write ended. */
    sealed interface Result {

        /** The target took the write. */
        record Taken(Outcome outcome) implements Result {}

        /** The target can never take the write. */
        record Refused(String reason) implements Result {}
    }

    /** Makes a guarded write. Fails only if the lease is lost, or with an error of this program. */
    CompletableFuture<Result> write(TargetWrite write) {
        return retry.untilDecided(() -> attempt(write), failure -> failed(write, failure), this::refused)
                .thenCompose(result -> {
                    health.succeeded();
                    return recordLateWrites(write, result);
                });
    }

    private CompletableFuture<Result> attempt(TargetWrite write) {
        long start = System.nanoTime();
        return route.target()
                .apply(write, retry::mayStart)
                .whenComplete(
                        (outcome, thrown) -> meters.write().record(System.nanoTime() - start, TimeUnit.NANOSECONDS))
                .thenApply(Result.Taken::new);
    }

    private void failed(TargetWrite write, WriteFailure failure) {
        if (failure.openEnded()) {
            lateWrites.gaveUp(write);
        }
        meters.failed(failure.kind());
        meters.retried();
        health.failed(failure);
        if (log.isDebugEnabled()) {
            log.debug(
                    "{}: an attempt to write a row of {} failed: {}",
                    LogFields.route(route.name()),
                    LogFields.item(write.stamp().owner()),
                    failure.message());
        }
    }

    /** Normally the write is at fault. But a target whose key has changed refuses every write: then it is repeated. */
    private CompletableFuture<CallResult<Result>> refused(WriteFailure failure) {
        return route.target().wrongKey(route.projection().targetKey()).thenApply(wrong -> {
            if (wrong.isPresent()) {
                return new CallResult.TryAgain<>(wrong.get());
            }
            meters.failed(failure.kind());
            return new CallResult.Done<>(new Result.Refused(failure.message()));
        });
    }

    private CompletableFuture<Result> recordLateWrites(TargetWrite write, Result result) {
        Optional<Outcome> outcome =
                result instanceof Result.Taken taken ? Optional.of(taken.outcome()) : Optional.empty();
        return retry.untilDone(() -> lateWrites.settle(write, outcome), lateWritesFailed)
                .thenApply(done -> {
                    health.succeeded(SupportTable.LATE_WRITES);
                    return result;
                });
    }
}
