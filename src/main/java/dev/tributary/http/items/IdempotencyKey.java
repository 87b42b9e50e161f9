package dev.tributary.http.items;

import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.items.Idempotency;
import dev.tributary.items.Resource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The header with the idempotency key of a request: a string of RFC 8941, or a word without quotes. */
public final class IdempotencyKey {

    public static final String HEADER = "Idempotency-Key";

    /** The header of a reply that repeats an earlier one. */
    public static final String REPLAYED = "Idempotency-Replayed";

    private static final Pattern QUOTED = Pattern.compile("\"(?<text>(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+)\"");

    /** Of a quoted key of which each character is escaped. */
    private static final int LONGEST = 2 * Idempotency.MAX_KEY + 2;

    /** Wider than a token of RFC 8941, which must not start with a digit as UUIDs may. */
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9!#$%&'*+./:=^_`|~-]+");

    private static final List<String> PRECONDITIONS = List.of("If-Match", "If-None-Match");

    private IdempotencyKey() {}

    /**
     * The key, without its quotes.
     *
     * @throws ProblemException if there is more than one, or it is malformed
     */
    public static Optional<String> of(Exchange exchange) {
        List<String> headers = exchange.headers(HEADER);
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        if (headers.size() > 1) {
            throw bad("Expected one %s header; found %d.".formatted(HEADER, headers.size()));
        }
        String value = headers.get(0).strip();
        if (value.length() > LONGEST) {
            throw malformed();
        }
        String key = BARE.matcher(value).matches() ? value : unquoted(value);
        if (key.isEmpty() || key.length() > Idempotency.MAX_KEY) {
            throw malformed();
        }
        return Optional.of(key);
    }

    private static String unquoted(String value) {
        var matcher = QUOTED.matcher(value);
        if (!matcher.matches()) {
            throw malformed();
        }
        return matcher.group("text").replaceAll("\\\\(.)", "$1");
    }

    /** The detail does not quote the value, which is private. */
    private static ProblemException malformed() {
        return bad(
                "Expected %s: 1 to %d printable ASCII characters in double quotes, with \\ before each \" and \\ among them; or a word without quotes."
                        .formatted(HEADER, Idempotency.MAX_KEY));
    }

    public static ProblemException notTaken(Resource resource) {
        return bad(
                "This path takes no %s, as write.%s.idempotency is off: the request might take effect twice all the same."
                        .formatted(HEADER, resource.name()));
    }

    public static ProblemException missing() {
        return new ProblemException(
                ProblemType.IDEMPOTENCY_KEY_REQUIRED,
                "Expected the header %s, so that the request can be repeated and takes effect once.".formatted(HEADER));
    }

    /**
     * The fingerprint of a request, without its documents.
     *
     * @param kind names the form of the reply
     */
    public static Fingerprint fingerprint(Exchange exchange, String kind) {
        String query = exchange.query();
        Fingerprint fingerprint =
                new Fingerprint(exchange.method(), exchange.path() + (query == null ? "" : "?" + query)).kind(kind);
        for (String name : PRECONDITIONS) {
            for (String value : exchange.headers(name)) {
                fingerprint.precondition(name, value);
            }
        }
        return fingerprint;
    }

    public static ProblemException bad(String detail) {
        return new ProblemException(ProblemType.BAD_IDEMPOTENCY_KEY, detail);
    }
}
