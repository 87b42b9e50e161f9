package dev.tributary.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.model.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Names the record of a request. The same key of another caller, or on another route, is another record.
 *
 * @param text the route for people, and a hash: neither key nor caller can be read from it, so it may be logged
 */
public record RecordId(String text) {

    /**
     * Of the request of this caller, on this route, with this key.
     *
     * @param caller empty where callers are not told apart
     */
    public static RecordId of(String route, String caller, String key) {
        MessageDigest hash = Sha256.start();
        for (String part : List.of(route, caller, key)) {
            byte[] bytes = part.getBytes(UTF_8);
            hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip()); // or "ab","c" were "a","bc"
            hash.update(bytes);
        }
        return new RecordId(route + "#" + HexFormat.of().formatHex(hash.digest()));
    }

    @Override
    public String toString() {
        return text;
    }
}
