package dev.tributary.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.model.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Id of the record of a request. The same key of another caller, or on another resource, has another id.
 *
 * @param text name of the resource, and a hash that hides key and caller, so that the id may be logged
 */
public record RecordId(String text) {

    /**
     * Returns the id for a caller, a resource and a key.
     *
     * @param caller empty if callers are not distinguished
     */
    public static RecordId of(String resource, String caller, String key) {
        MessageDigest hash = Sha256.start();
        for (String part : List.of(resource, caller, key)) {
            byte[] bytes = part.getBytes(UTF_8);
            hash.update(ByteBuffer.allocate(Integer.BYTES)
                    .putInt(bytes.length)
                    .flip()); // so that "ab","c" and "a","bc" differ
            hash.update(bytes);
        }
        return new RecordId(resource + "#" + HexFormat.of().formatHex(hash.digest()));
    }

    @Override
    public String toString() {
        return text;
    }
}
