package dev.tributary.deadletter;

import dev.tributary.model.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Rows put together to letters; holds those of one letter at a time. */
final class LetterParts {

    private final RouteLetters.Reader reader;
    private final List<Map<String, AttributeValue>> parts = new ArrayList<>();
    private int letters;

    LetterParts(RouteLetters.Reader reader) {
        this.reader = reader;
    }

    void row(Map<String, AttributeValue> row) {
        if (!parts.isEmpty()
                && !Rows.position(parts.get(0))
                        .version()
                        .equals(Rows.position(row).version())) {
            end();
        }
        parts.add(row);
    }

    int end() {
        if (!parts.isEmpty()) {
            Change change = DeadLetterRow.change(parts);
            reader.read(DeadLetterRow.letter(parts.get(0)), change);
            parts.clear();
            letters++;
        }
        return letters;
    }
}
