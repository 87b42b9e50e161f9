package dev.tributary.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tributary.model.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Identifies what a request asks for: SHA-256 over method, target, preconditions and documents, as the client sent
 * them. Values that the server adds (a time, a random id) are left out, because they differ in each attempt.
 *
 * <p>The target counts as it is in the request line, with its query. A precondition counts by name and value. A
 * document counts in a canonical form, in the spirit of RFC 8785: members in the order of their names, no white space,
 * characters beyond ASCII as escapes of UTF-16, numbers as decimals without redundant zeros ({@code 1}, {@code 1.0} and
 * {@code 10e-1} are one; all digits count, as no number becomes a double). Each part is preceded by its length, so
 * different parts never give the same input.
 *
 * <p>Documents are hashed one by one and not kept, so a long stream needs no memory. Not thread-safe.
 */
public final class Fingerprint {

    private final MessageDigest hash = Sha256.start();

    /**
     * Starts with method and target; preconditions and documents are added.
     *
     * @param target path and query, as in the request line
     */
    public Fingerprint(String method, String target) {
        text(method);
        text(target);
    }

    /** Distinguishes requests with the same documents and answers of different forms: one item, lines, or an array. */
    public Fingerprint kind(String kind) {
        hash.update((byte) 'k');
        text(kind);
        return this;
    }

    /** Adds a precondition; the order counts. */
    public Fingerprint precondition(String header, String value) {
        hash.update((byte) 'p');
        text(header);
        text(value);
        return this;
    }

    /**
     * Adds a document.
     *
     * @param json in UTF-8
     * @throws JsonProcessingException if it is not JSON, or has a member twice; the message quotes nothing of it, and
     *     nothing was added
     */
    public Fingerprint document(byte[] json) throws JsonProcessingException {
        byte[] canonical = CanonicalJson.hash(json); // always of the same length
        hash.update((byte) 'd');
        hash.update(canonical);
        return this;
    }

    /** Adds the bytes of a document that is not JSON. */
    public Fingerprint malformed(byte[] document) {
        hash.update((byte) 'm');
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(document.length).flip());
        hash.update(document);
        return this;
    }

    /**
     * Adds a document, whether it is JSON or not.
     *
     * @return the fingerprint of the request up to here; short, because it is kept for each document of a bulk request
     */
    public String add(byte[] document) {
        try {
            document(document);
        } catch (JsonProcessingException e) {
            malformed(document);
        }
        return Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(copy().digest(), 12));
    }

    /** Returns the fingerprint in hexadecimal digits; nothing can be added afterwards. */
    public String end() {
        return HexFormat.of().formatHex(hash.digest());
    }

    private MessageDigest copy() {
        try {
            return (MessageDigest) hash.clone();
        } catch (CloneNotSupportedException e) {
            throw new LinkageError("the SHA-256 of every Java platform can be cloned", e);
        }
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        hash.update(bytes);
    }
}
