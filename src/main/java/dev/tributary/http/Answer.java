package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.idempotency.SavedAnswer;
import dev.tributary.ingest.WriteResult;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a request is answered. A value, so that it can be kept before the request takes effect.
 *
 * @param headers in the order they are sent
 * @param body empty for none
 */
record Answer(int status, Map<String, String> headers, String body) {

    /** Lets a cache keep an answer only for itself, and ask each time whether it is still that. */
    static final String REVALIDATE = "private, no-cache";

    Answer {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    static Answer of(ItemPaths paths, WriteResult result) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (result instanceof WriteResult.Stored stored) {
            headers.put("Content-Type", MediaTypes.JSON);
            headers.put("Location", paths.location(stored.key()));
            return answer(201, headers, stored.version(), ItemJson.of(stored.key()));
        }
        if (result instanceof WriteResult.Changed changed) {
            return answer(204, headers, changed.version(), "");
        }
        if (result instanceof WriteResult.Found found) {
            headers.put("Content-Type", MediaTypes.JSON);
            headers.put("Cache-Control", REVALIDATE);
            return answer(200, headers, found.version(), ItemJson.of(found.item()));
        }
        if (result instanceof WriteResult.NotModified same) {
            headers.put("Cache-Control", REVALIDATE);
            return answer(304, headers, Optional.of(same.version()), "");
        }
        if (result instanceof WriteResult.Replayed again) {
            headers.putAll(again.answer().headers());
            headers.put(IdempotencyKey.REPLAYED, "true");
            return new Answer(again.answer().status(), headers, again.answer().body());
        }
        return ProblemDocument.of(((WriteResult.Refused) result).problem()).answer();
    }

    private static Answer answer(int status, Map<String, String> headers, Optional<String> version, String body) {
        version.ifPresent(known -> headers.put("ETag", Preconditions.etag(known)));
        return new Answer(status, headers, body);
    }

    SavedAnswer saved() {
        return new SavedAnswer(status, headers, body);
    }

    /** The body as it is sent: as a line of text, so that a shell's prompt stands on a line of its own. */
    byte[] bytes() {
        return (body.isEmpty() || body.endsWith("\n") ? body : body + "\n").getBytes(UTF_8);
    }
}
