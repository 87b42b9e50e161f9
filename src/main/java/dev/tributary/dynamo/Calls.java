package dev.tributary.dynamo;

import dev.tributary.model.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.SdkException;

/** Waits for calls to DynamoDB. */
public final class Calls {

    private Calls() {}

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
