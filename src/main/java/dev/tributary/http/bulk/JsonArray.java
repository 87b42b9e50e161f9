package dev.tributary.http.bulk;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The elements of one JSON array, counted from 0 as JSON Pointer does. An element that is malformed is a document that is
 * refused, as long as its brackets and quotes leave no doubt where it ends.
 */
final class JsonArray extends Documents {

    private long index;
    private boolean begun;
    private boolean ended;

    /** The body begins with white space, or a byte order mark, and the bracket. */
    JsonArray(InputStream body, int maxBytes, int maxDocumentBytes) {
        super(body, maxBytes, maxDocumentBytes);
    }

    @Override
    String numbering() {
        return "index";
    }

    @Override
    Optional<Document> next() throws IOException {
        if (!begun) {
            begun = true;
            int next = read();
            while (next >= 0 && next != '[') {
                next = read();
            }
        }
        if (ended) {
            end();
            return Optional.empty();
        }
        Text text = element();
        if (!text.isBlank()) {
            return Optional.of(text.document(index++));
        }
        if (ended && index == 0) {
            end();
            return Optional.empty();
        }
        return Optional.of(refused(
                index++,
                ProblemDocument.of(
                        ProblemType.MALFORMED_JSON,
                        "Expected an object before the next comma or the end of the array; found nothing.")));
    }

    /** Up to the comma behind it, or to the end of the array. */
    private Text element() throws IOException {
        Text text = new Text();
        int depth = 0;
        boolean quoted = false;
        boolean escaped = false;
        while (true) {
            int next = read();
            if (next < 0) {
                throw malformed("The array is not closed: the body ends in or before element %d.".formatted(index));
            }
            if (quoted) {
                quoted = escaped || next != '"';
                escaped = !escaped && next == '\\';
            } else if (next == '"') {
                quoted = true;
            } else if (next == '{' || next == '[') {
                depth++;
            } else if (depth > 0 && (next == '}' || next == ']')) {
                depth--;
            } else if (depth == 0 && (next == ',' || next == ']')) {
                ended = next == ']';
                return text;
            }
            text.append(next);
        }
    }

    private void end() throws IOException {
        for (int next = read(); next >= 0; next = read()) {
            if (!isBlank(next)) {
                throw malformed("Expected nothing behind the end of the array.");
            }
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ProblemDocument.of(ProblemType.MALFORMED_JSON, detail));
    }
}
