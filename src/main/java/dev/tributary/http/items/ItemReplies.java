package dev.tributary.http.items;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.items.WriteResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Maps each {@link WriteResult} to its reply. */
public final class ItemReplies {

    private ItemReplies() {}

    public static Reply of(ItemPaths paths, WriteResult result) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (result instanceof WriteResult.Stored stored) {
            headers.put("Content-Type", MediaTypes.JSON);
            headers.put("Location", paths.location(stored.key()));
            return reply(201, headers, stored.version(), ItemJson.of(stored.key()));
        }
        if (result instanceof WriteResult.Changed changed) {
            return reply(204, headers, changed.version(), "");
        }
        if (result instanceof WriteResult.Found found) {
            headers.put("Content-Type", MediaTypes.JSON);
            headers.put("Cache-Control", Reply.REVALIDATE);
            return reply(200, headers, found.version(), ItemJson.of(found.item()));
        }
        if (result instanceof WriteResult.NotModified same) {
            headers.put("Cache-Control", Reply.REVALIDATE);
            return reply(304, headers, Optional.of(same.version()), "");
        }
        if (result instanceof WriteResult.Replayed again) {
            headers.putAll(again.answer().headers());
            headers.put(IdempotencyKey.REPLAYED, "true");
            return new Reply(again.answer().status(), headers, again.answer().body());
        }
        return ProblemDocument.of(((WriteResult.Refused) result).problem()).reply();
    }

    private static Reply reply(int status, Map<String, String> headers, Optional<String> version, String body) {
        version.ifPresent(known -> headers.put("ETag", Preconditions.etag(known)));
        return new Reply(status, headers, body);
    }
}
