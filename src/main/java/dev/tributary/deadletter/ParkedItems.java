package dev.tributary.deadletter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Rows put together to items, up to a number of them. */
final class ParkedItems {

    private final int limit;
    private final List<ParkedItem> items = new ArrayList<>();

    ParkedItems(int limit) {
        this.limit = limit;
    }

    void row(Map<String, AttributeValue> row) {
        String item = DeadLetterRow.position(row).item();
        int last = items.size() - 1;
        Optional<DeadLetter> letter =
                DeadLetterRow.isWhole(row) ? Optional.of(DeadLetterRow.letter(row)) : Optional.empty();
        if (last < 0 || !items.get(last).item().equals(item)) {
            items.add(new ParkedItem(item, 1, letter));
        } else {
            ParkedItem known = items.get(last);
            items.set(
                    last,
                    new ParkedItem(item, known.changes() + 1, known.first().or(() -> letter)));
        }
    }

    /** The one behind the last shows that the last is complete. */
    boolean isFull() {
        return items.size() > limit;
    }

    List<ParkedItem> list() {
        return List.copyOf(items.subList(0, Math.min(limit, items.size())));
    }
}
