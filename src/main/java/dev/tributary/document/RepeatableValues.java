package dev.tributary.document;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The same values for the same document of the same request, however often it is carried out. An id is HMAC-SHA-256
 * (RFC 2104) of the document and the attribute in the form of a random UUID (RFC 9562, version 4), as a generated id may
 * be a secret of its item.
 *
 * @param secret of the request, 32 random bytes or more
 * @param time of the request
 * @param document identifies the document within the request; without the character 0
 */
public record RepeatableValues(String secret, Instant time, String document) implements ValueOrigin {

    private static final String HMAC = "HmacSHA256";

    @Override
    public UUID uuid(String attribute) {
        ByteBuffer bits = ByteBuffer.wrap(hash(document + '\0' + attribute));
        long high = (bits.getLong() & ~0xF000L) | 0x4000L;
        long low = (bits.getLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low);
    }

    private byte[] hash(String text) {
        try {
            Mac hmac = Mac.getInstance(HMAC);
            hmac.init(new SecretKeySpec(secret.getBytes(UTF_8), HMAC));
            return hmac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new LinkageError("every Java platform has HMAC-SHA-256", e);
        }
    }

    /** Leaves out the secret, which must not reach a log. */
    @Override
    public String toString() {
        return "RepeatableValues[" + document + "]";
    }
}
