package dev.tributary.inspect;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.model.Failures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * The result of a read for a report, or the reason why it failed: a report shows whatever could be read.
 *
 * @param value empty if the read has failed
 * @param failure empty if it has succeeded
 */
public record Answer<T>(Optional<T> value, Optional<Failure> failure) {

    /**
     * A failed read.
     *
     * @param problem names the table and the error
     * @param mayPass whether the next read may succeed without a correction
     */
    public record Failure(String problem, boolean mayPass) {}

    /**
     * Waits for no read: completes with its result or its failure, and never fails itself.
     *
     * @param what is read, for messages, such as {@code table users (eu-west-1)}
     */
    public static <T> CompletableFuture<Answer<T>> of(String what, CompletableFuture<T> read) {
        return read.handle((value, thrown) -> thrown == null
                ? new Answer<>(Optional.of(value), Optional.empty())
                : new Answer<>(Optional.empty(), Optional.of(failure(what, thrown))));
    }

    private static Failure failure(String what, Throwable thrown) {
        if (Failures.unwrap(thrown) instanceof ResourceNotFoundException) {
            return new Failure(what + " does not exist", false);
        }
        WriteFailure failure = WriteFailure.of(thrown);
        return new Failure(what + " cannot be read: " + failure.message(), failure.kind() == Kind.CAPACITY);
    }
}
