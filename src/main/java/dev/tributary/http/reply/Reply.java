package dev.tributary.http.reply;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.idempotency.SavedReply;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request is answered. A value, so that it can be kept before the request takes effect.
 *
 * @param headers in the order they are sent
 * @param body empty for none
 */
public record Reply(int status, Map<String, String> headers, String body) {

    /** Lets a cache keep an answer only for itself, and ask each time whether it is still that. */
    public static final String REVALIDATE = "private, no-cache";

    public Reply {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public SavedReply saved() {
        return new SavedReply(status, headers, body);
    }

    /** The body as it is sent: as a line of text, so that a shell's prompt stands on a line of its own. */
    public byte[] bytes() {
        return (body.isEmpty() || body.endsWith("\n") ? body : body + "\n").getBytes(UTF_8);
    }
}
