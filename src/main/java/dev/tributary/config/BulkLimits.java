package dev.tributary.config;

import java.time.Duration;

/**
 * What requests with many documents may take.
 *
 * @param requests under way at once; 1 or more
 * @param bytes of one body; 1 or more
 * @param time from the beginning of a request until it takes no more documents
 */
public record BulkLimits(int requests, int bytes, Duration time) {

    /** Requests of one caller under way at once: not all of them, if there may be more than one. */
    public int requestsOfOneCaller() {
        return Math.max(1, requests - 1);
    }
}
