package dev.tributary.idempotency;

import java.time.Duration;
import java.util.Optional;

/** What an attempt to begin a request ended with. */
public sealed interface AcquireResult {

    /**
     * The request is the holder's to carry out.
     *
     * @param before what an earlier holder did of it; absent if nothing, or if that holder died
     */
    record Acquired(HeldLock lock, Optional<PartialAnswer> before) implements AcquireResult {}

    /** There is a record of it. */
    sealed interface Found extends AcquireResult {}

    /**
     * Somebody is carrying it out.
     *
     * @param retryAfter when it is over at the latest, unless it is going on by then; more than 0
     */
    record InProgress(Duration retryAfter) implements Found {}

    /**
     * It was carried out.
     *
     * @param fingerprint of the request that was
     */
    record Completed(SavedAnswer answer, String fingerprint) implements Found {

        /** What that means to a request with this fingerprint. */
        public Repeat given(String fingerprintOfRepeat) {
            return fingerprint.equals(fingerprintOfRepeat) ? new Replay(answer) : new OtherPayload();
        }
    }

    /** What a request gets whose key was used before. */
    sealed interface Repeat {}

    /** It is the same request again, and gets the same answer. */
    record Replay(SavedAnswer answer) implements Repeat {}

    /** It is another request, under a key that is spent. */
    record OtherPayload() implements Repeat {}
}
