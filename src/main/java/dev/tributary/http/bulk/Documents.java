package dev.tributary.http.bulk;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Takes a body apart into its documents, one after the other, and holds one of them at a time. It looks only for where
 * they end: a reader of JSON would hold a value of any length before it could say that it is too long.
 */
abstract sealed class Documents permits JsonLines, JsonArray {

    private static final byte[] NOTHING = {};

    private final InputStream body;
    private final int maxBytes;
    private final int maxDocumentBytes;
    private long bytes;

    /** Where it stands in the body, and its text or why it cannot be a document. */
    static final class Document {
        private final long number;
        private final byte[] text;
        private final Optional<ProblemDocument> refusal;

        private Document(long number, byte[] text, Optional<ProblemDocument> refusal) {
            this.number = number;
            this.text = text;
            this.refusal = refusal;
        }

        long number() {
            return number;
        }

        /** JSON, or meant to be; empty if it is refused. */
        byte[] text() {
            return text;
        }

        Optional<ProblemDocument> refusal() {
            return refusal;
        }
    }

    /**
     * @param maxBytes of the body
     * @param maxDocumentBytes of one document; what is longer is refused, and the next is looked for
     */
    Documents(InputStream body, int maxBytes, int maxDocumentBytes) {
        this.body = body;
        this.maxBytes = maxBytes;
        this.maxDocumentBytes = maxDocumentBytes;
    }

    /** What answers call the number of a document. */
    abstract String numbering();

    /**
     * The next document; empty at the end of the body. Waits for the client.
     *
     * @throws ProblemException if no more documents can be found, though there may be some
     */
    abstract Optional<Document> next() throws IOException;

    /** The next byte of the body; -1 at its end. */
    final int read() throws IOException {
        int next = body.read();
        if (next >= 0 && ++bytes > maxBytes) {
            throw new ProblemException(tooLarge(maxBytes));
        }
        return next;
    }

    static ProblemDocument tooLarge(int maxBytes) {
        return ProblemDocument.of(
                ProblemType.BODY_TOO_LARGE, "Expected a body of at most %,d bytes.".formatted(maxBytes));
    }

    static boolean isBlank(int next) {
        return next == ' ' || next == '\t' || next == '\r' || next == '\n';
    }

    /** A document that grows up to its bound. */
    final class Text {
        private final ByteArrayOutputStream text = new ByteArrayOutputStream(256);
        private boolean tooLong;
        private boolean blank = true;

        void append(int next) {
            blank &= Documents.isBlank(next);
            if (text.size() < maxDocumentBytes) {
                text.write(next);
            } else {
                tooLong = true;
            }
        }

        boolean isBlank() {
            return blank;
        }

        Document document(long number) {
            return tooLong
                    ? refused(
                            number,
                            ProblemDocument.of(
                                    ProblemType.BODY_TOO_LARGE,
                                    "Expected a document of at most %,d bytes. One item is at most 400 KB."
                                            .formatted(maxDocumentBytes)))
                    : new Document(number, text.toByteArray(), Optional.empty());
        }
    }

    static Document refused(long number, ProblemDocument problem) {
        return new Document(number, NOTHING, Optional.of(problem));
    }
}
