package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;

import java.time.Duration;

/** How much the write endpoint takes on at once, and how long it waits for clients. */
final class LimitKeys {

    static final Key<Integer> MAX_CONNECTIONS = defaulting(
            "http.max-connections",
            ValueType.integer(1, 65_535, 1024),
            "1024",
            "Connections open at once. Further ones wait in the system's queue; meanwhile those on which nothing moves"
                    + " are closed early.");
    static final Key<Integer> MAX_REQUESTS = defaulting(
            "http.max-requests",
            ValueType.integer(1, 4096, 512),
            "512",
            "Requests under way at once, each with a thread while its body arrives; further ones are answered 503.");
    static final Key<Integer> MAX_OPEN_BYTES = defaulting(
            "http.max-open-bytes",
            ValueType.integer(1024, Integer.MAX_VALUE, 67_108_864),
            "67108864",
            "Bytes of the bodies of all requests under way; what would go beyond is answered 503. A body of unknown"
                    + " length counts as `http.max-body-bytes`.");
    static final Key<Integer> MAX_HEADER_BYTES = defaulting(
            "http.max-header-bytes",
            ValueType.integer(1024, 65_536, 16_384),
            "16384",
            "Bytes of a request's line and headers together. The longest key takes 9,216 in a path.");
    static final Key<Duration> REQUEST_TIMEOUT = defaulting(
            "http.request-timeout",
            ValueType.duration("100ms", "5m", "10s"),
            "10s",
            "Time for a request's headers to arrive, and for its body beside what `http.min-bytes-per-second` gives.");
    static final Key<Integer> MIN_BYTES_PER_SECOND = defaulting(
            "http.min-bytes-per-second",
            ValueType.integer(1, 1_048_576, 1024),
            "1024",
            "What a body has to arrive with: its time is `http.request-timeout`, and a second for each of so many bytes"
                    + " that arrived.");
    static final Key<Duration> IDLE_TIMEOUT = defaulting(
            "http.idle-timeout",
            ValueType.duration("100ms", "1h", "30s"),
            "30s",
            "A connection on which nothing moves for so long is closed: one without a request, one whose body stalls, one"
                    + " whose answer is not read. A proxy in front should close its own earlier.");
    static final Key<Integer> RATE = optional(
            "http.rate",
            ValueType.integer(1, 1_000_000, 100),
            "Requests a second that each caller may send, by the name of the token, or by address without tokens; more"
                    + " are answered 429. Without it there is no such limit.");
    static final Key<Integer> BURST = optional(
            "http.burst",
            ValueType.integer(1, 1_000_000, 200),
            "Requests that a caller may send at once after a rest. Without it, those of a second.");

    private LimitKeys() {}

    static HttpLimits bound(Values values) {
        return new HttpLimits(
                values.get(MAX_CONNECTIONS),
                values.get(MAX_REQUESTS),
                values.get(MAX_OPEN_BYTES),
                values.get(MAX_HEADER_BYTES),
                values.get(REQUEST_TIMEOUT),
                values.get(MIN_BYTES_PER_SECOND),
                values.get(IDLE_TIMEOUT),
                values.find(RATE)
                        .map(rate ->
                                new HttpLimits.Rate(rate, values.find(BURST).orElse(rate))));
    }
}
