package dev.tributary.http.reply;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.idempotency.SavedReply;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP response as a value, so that it can be recorded before the request takes effect.
 *
 * @param headers in the order they are sent
 * @param body empty if there is none
 */
public record Reply(int status, Map<String, String> headers, String body) {

    /** Value of {@code Cache-Control}: only private caches, which revalidate each time. */
    public static final String REVALIDATE = "private, no-cache";

    public Reply {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public SavedReply saved() {
        return new SavedReply(status, headers, body);
    }

    /** The body as it is sent: with a line feed at its end, so that a shell's prompt starts on a new line. */
    public byte[] bytes() {
        return (body.isEmpty() || body.endsWith("\n") ? body : body + "\n").getBytes(UTF_8);
    }
}
