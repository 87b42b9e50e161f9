package dev.tributary.http;

import dev.tributary.ingest.WriteResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The replies to requests for items: what a {@link WriteResult} is in HTTP. */
final class ItemAnswers {

    private ItemAnswers() {}

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
            headers.put("Cache-Control", Answer.REVALIDATE);
            return answer(200, headers, found.version(), ItemJson.of(found.item()));
        }
        if (result instanceof WriteResult.NotModified same) {
            headers.put("Cache-Control", Answer.REVALIDATE);
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
}
