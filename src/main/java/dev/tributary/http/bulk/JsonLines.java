package dev.tributary.http.bulk;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Splits a body into lines that end with LF or CRLF, each a document. Blank lines are counted and skipped. */
final class JsonLines extends Documents {

    private long line;

    JsonLines(InputStream body, int maxBytes, int maxDocumentBytes) {
        super(body, maxBytes, maxDocumentBytes);
    }

    @Override
    String numbering() {
        return "line";
    }

    @Override
    Optional<Document> next() throws IOException {
        while (true) {
            line++;
            Text text = new Text();
            int next = read();
            while (next >= 0 && next != '\n') {
                text.append(next);
                next = read();
            }
            if (!text.isBlank()) {
                return Optional.of(text.document(line));
            }
            if (next < 0) {
                return Optional.empty();
            }
        }
    }
}
