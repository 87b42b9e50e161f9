package dev.tributary.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How much a server takes on at once, and how long it waits for clients.
 *
 * @param maxConnections connections open at once; further ones wait to be accepted
 * @param maxRequests requests under way at once
 * @param maxOpenBytes bytes of the bodies of all requests under way
 * @param maxHeaderBytes bytes of a request's line and headers together
 * @param requestTimeout for the headers of a request to arrive, and for its body beside what {@code minBytesPerSecond} gives
 * @param minBytesPerSecond that a body has to arrive with after {@code requestTimeout}
 * @param idleTimeout for a connection on which nothing moves
 * @param rate of each caller; absent: any
 */
public record HttpLimits(
        int maxConnections,
        int maxRequests,
        int maxOpenBytes,
        int maxHeaderBytes,
        Duration requestTimeout,
        int minBytesPerSecond,
        Duration idleTimeout,
        Optional<Rate> rate) {

    /**
     * How often a caller may send a request.
     *
     * @param perSecond in the long run
     * @param burst at once, after a rest
     */
    public record Rate(int perSecond, int burst) {}
}
