package dev.tributary.model;

import java.util.concurrent.CompletionException;

/** What futures fail with. */
public final class Failures {

    private Failures() {}

    /** What was thrown, out of the wrapping that a stage gives to the failure of the one before it. */
    public static Throwable unwrap(Throwable thrown) {
        Throwable inner = thrown;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}
