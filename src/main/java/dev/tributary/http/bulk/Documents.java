package dev.tributary.http.bulk;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Splits a body into its documents, and holds one of them at a time. It looks only for their ends, because a JSON parser
 * would hold a value of any length before it could refuse it.
 */
abstract sealed class Documents permits JsonLines, JsonArray {

    private static final byte[] NOTHING = {};

    private final InputStream body;
    private final int maxBytes;
    private final int maxDocumentBytes;
    private long bytes;

    /** The number of a document, and its text or why it is refused. */
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

        /** The text, which need not be JSON; empty if the document is refused. */
        byte[] text() {
            return text;
        }

        Optional<ProblemDocument> refusal() {
            return refusal;
        }
    }

    /**
     * @param maxBytes of the body
     * @param maxDocumentBytes of one document; a longer one is refused, and the next is read
     */
    Documents(InputStream body, int maxBytes, int maxDocumentBytes) {
        this.body = body;
        this.maxBytes = maxBytes;
        this.maxDocumentBytes = maxDocumentBytes;
    }

    /** Name of a document's number in its line of the reply. */
    abstract String numbering();

    /**
     * The next document; empty at the end of the body. Waits for the client.
     *
     * @throws ProblemException if the next document cannot be found, though there may be one
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

    /** The text of a document while it is read, up to its largest length. */
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
