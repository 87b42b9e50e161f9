package dev.tributary.model;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Unwraps the failures of futures. */
public final class Failures {

    private Failures() {}

    /** Returns the exception inside the {@link CompletionException}s that dependent stages add. */
    public static Throwable unwrap(Throwable thrown) {
        Throwable inner = thrown;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** Waits for the result; throws what the work threw, if that is unchecked. */
    public static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw unwrap(e) instanceof RuntimeException cause ? cause : e;
        }
    }
}
