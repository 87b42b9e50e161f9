package dev.tributary.http.bulk;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Splits one JSON array into its elements, counted from 0 as in JSON Pointer. A malformed element is refused on its own if
 * its brackets and quotes show where it ends.
 */
final class JsonArray extends Documents {

    private long index;
    private boolean begun;
    private boolean ended;

    /** @param body begins with the bracket, after white space or a byte order mark */
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

    /** The text up to the next comma, or to the end of the array. */
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
                throw malformed("Expected nothing after the end of the array.");
            }
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ProblemType.MALFORMED_JSON, detail);
    }
}
