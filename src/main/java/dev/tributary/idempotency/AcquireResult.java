package dev.tributary.idempotency;

import java.time.Duration;
import java.util.Optional;

/** The result of an attempt to acquire the lock of a request. */
public sealed interface AcquireResult {

    /**
     * The lock is held: the holder carries the request out.
     *
     * @param seed of the generated values: that of the earlier holder, if there was one
     * @param before the part that an earlier holder carried out, as far as it is known: a holder that died has recorded
     *     nothing. Empty if there was none
     */
    record Acquired(HeldLock lock, RequestSeed seed, Optional<PartialReply> before) implements AcquireResult {}

    /** The request has a record. */
    sealed interface Found extends AcquireResult {}

    /**
     * Another process or thread is carrying the request out.
     *
     * @param retryAfter until the other holder's time ends, unless it is renewed; more than 0
     */
    record InProgress(Duration retryAfter) implements Found {}

    /** A request that takes this lock was begun and not completed, and nobody carries it out at present. */
    record Unfinished() implements Found {}

    /**
     * The request was carried out.
     *
     * @param fingerprint of that request
     */
    record Completed(SavedReply answer, String fingerprint) implements Found {

        /** The result for a request with this fingerprint and the same key. */
        public Repeat given(String fingerprintOfRepeat) {
            return fingerprint.equals(fingerprintOfRepeat) ? new Replay(answer) : new OtherPayload();
        }
    }

    /** The result for a request whose key was used before. */
    sealed interface Repeat {}

    /** The request is a repetition, and gets the same answer. */
    record Replay(SavedReply answer) implements Repeat {}

    /** The request differs from the one that used the key. */
    record OtherPayload() implements Repeat {}
}
