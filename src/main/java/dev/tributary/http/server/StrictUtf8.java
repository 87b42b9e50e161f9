package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Refuses documents that are not UTF-8 (RFC 8259, 8.1). The JSON parser accepts overlong sequences, which hide a character
 * from a search for its bytes, and guesses UTF-16 and UTF-32.
 */
public final class StrictUtf8 {

    private static final int CHUNK = 4096;

    private StrictUtf8() {}

    /** Why the document is refused; empty if it is UTF-8 without zero bytes, which no JSON text has. */
    public static Optional<ProblemDocument> refusal(byte[] document) {
        for (int i = 0; i < document.length; i++) {
            if (document[i] == 0) {
                return Optional.of(refused(i));
            }
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(document);
        CharBuffer text = CharBuffer.allocate(CHUNK);
        while (true) {
            CoderResult result = decoder.decode(bytes, text, true);
            if (result.isError()) {
                return Optional.of(refused(bytes.position()));
            }
            if (result.isUnderflow()) {
                return Optional.empty();
            }
            text.clear();
        }
    }

    private static ProblemDocument refused(int position) {
        return ProblemDocument.of(
                ProblemType.MALFORMED_JSON, "Expected UTF-8; byte %d of the document is not.".formatted(position + 1));
    }
}
