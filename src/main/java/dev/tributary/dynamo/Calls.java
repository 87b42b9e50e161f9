package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** How calls to DynamoDB end. */
public final class Calls {

    private Calls() {}

    /**
     * Completes with whether a conditional write was applied: false if its condition failed. Fails like the write itself.
     */
    public static CompletableFuture<Boolean> applied(CompletableFuture<? extends SdkResponse> write) {
        return write.thenApply(response -> true)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ConditionalCheckFailedException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    /**
     * Waits for a call, for as long as its own timeout allows, and returns its result.
     *
     * @throws SdkException the exception of the SDK itself, if the call failed with one
     * @throws CompletionException around any other exception
     */
    public static <T> T join(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw Failures.unwrap(e) instanceof SdkException thrown ? thrown : e;
        }
    }
}
