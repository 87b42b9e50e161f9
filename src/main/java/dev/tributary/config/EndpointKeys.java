package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.KeyTypes.HOST;
import static dev.tributary.config.KeyTypes.PORT_NUMBER;

import java.time.Duration;

/** Where the two HTTP endpoints listen, and what they let in. */
final class EndpointKeys {

    static final Key<String> HTTP_HOST = defaulting("http.host", HOST, "127.0.0.1", "Address that is listened on.");
    static final Key<Integer> HTTP_PORT = defaulting("http.port", PORT_NUMBER, "8080", "Port; 0 takes a free one.");
    static final Key<Boolean> HTTP_ALLOW_REMOTE = defaulting(
            "http.allow-remote",
            ValueType.bool(),
            "false",
            "Accepts a host other than loopback without `http.tokens`. Callers are not authenticated then: let only those"
                    + " reach the port who may write. Otherwise `Host` has to be `localhost` or a loopback address.");
    static final Key<Integer> HTTP_MAX_BODY_BYTES = defaulting(
            "http.max-body-bytes",
            ValueType.integer(1024, 104_857_600, 1_048_576),
            "1048576",
            "Largest request body, in bytes. A DynamoDB item has at most 400 KB.");
    static final Key<Integer> HTTP_BULK_MAX_REQUESTS = defaulting(
            "http.bulk.max-requests",
            ValueType.integer(1, 32, 4),
            "4",
            "Most requests with many documents at once; one caller, by its token or address, may have all but one. Each has a thread that waits for its client, and up to 4 MB of"
                    + " documents under way.");
    static final Key<Integer> HTTP_BULK_MAX_BYTES = defaulting(
            "http.bulk.max-bytes",
            ValueType.integer(1024, Integer.MAX_VALUE, 268_435_456),
            "268435456",
            "Largest body with many documents, in bytes. It is not held in memory; each of its documents may have"
                    + " `http.max-body-bytes`.");
    static final Key<Duration> HTTP_BULK_MAX_TIME = defaulting(
            "http.bulk.max-time",
            ValueType.duration("1s", "24h", "10m"),
            "10m",
            "Time after which a request with many documents takes no more of them, whether its client or the table is slow."
                    + " Its answer says where it ended.");
    static final Key<String> HTTP_BASE_PATH = optional(
            "http.base-path",
            ValueType.text(
                    "a path that starts with /, of letters, digits, . _ ~ - and single /, without segments . and ..",
                    "/store",
                    "(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+"),
            "What a proxy in front takes off the path before it passes a request on. Requests are taken without it;"
                    + " `Location` and the description of the routes begin with it.");
    static final Key<String> ADMIN_HOST = defaulting("admin.host", HOST, "127.0.0.1", "Address that is listened on.");
    static final Key<Integer> ADMIN_PORT = defaulting("admin.port", PORT_NUMBER, "8081", "Port; 0 takes a free one.");
    static final Key<Boolean> ADMIN_ALLOW_REMOTE = defaulting(
            "admin.allow-remote",
            ValueType.bool(),
            "false",
            "Accepts a host other than loopback. Callers are not authenticated: let only load balancers and scrapers"
                    + " reach the port. Otherwise `Host` has to be `localhost` or a loopback address.");

    private EndpointKeys() {}
}
