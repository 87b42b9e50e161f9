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
 * Tells whether two requests ask for the same: SHA-256 over method, target, preconditions and documents, as the client
 * sent them. What the server adds (a time, a random id) is not in it, as it differs at each try.
 *
 * <p>The target counts as it is in the request line, with its query. A precondition counts by name and value. A document
 * counts in a canonical form, in the spirit of RFC 8785: members in the order of their names, no white space, characters
 * beyond ASCII as escapes of UTF-16, numbers as decimals without needless zeros ({@code 1}, {@code 1.0} and
 * {@code 10e-1} are one; all digits count, so there is no detour over doubles). Each part comes with its length, so no
 * part can pass for two.
 *
 * <p>Documents are added one by one and none is kept, so a long stream of them takes no memory. For one thread.
 */
public final class Fingerprint {

    private final MessageDigest hash = Sha256.start();

    /**
     * Of a request without documents and preconditions, until they are added.
     *
     * @param target path and query, as they came
     */
    public Fingerprint(String method, String target) {
        text(method);
        text(target);
    }

    /** Tells requests apart whose documents are alike, and whose answers are not: one item, lines, or an array. */
    public Fingerprint kind(String kind) {
        hash.update((byte) 'k');
        text(kind);
        return this;
    }

    /** Of preconditions, the order counts. */
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
     * @throws JsonProcessingException if it is no JSON, or has a member twice; the message quotes nothing of it. Then
     *     nothing was added
     */
    public Fingerprint document(byte[] json) throws JsonProcessingException {
        byte[] canonical = CanonicalJson.hash(json); // of one length
        hash.update((byte) 'd');
        hash.update(canonical);
        return this;
    }

    /** Adds a document that is no JSON, by its bytes. */
    public Fingerprint malformed(byte[] document) {
        hash.update((byte) 'm');
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(document.length).flip());
        hash.update(document);
        return this;
    }

    /**
     * Adds a document, whether it is JSON or not.
     *
     * @return a hash of the document alone, by the same rules; short, as it is kept for each of many
     */
    public String add(byte[] document) {
        byte[] part;
        try {
            part = CanonicalJson.hash(document);
            hash.update((byte) 'd');
            hash.update(part);
        } catch (JsonProcessingException e) {
            part = Sha256.start().digest(document);
            malformed(document);
        }
        return Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(part, 12));
    }

    /** In hexadecimal digits. Nothing can be added any more. */
    public String end() {
        return HexFormat.of().formatHex(hash.digest());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        hash.update(bytes);
    }
}
