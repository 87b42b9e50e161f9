package dev.tributary.deadletter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Groups first rows by item, up to a number of items. */
final class ParkedItems {

    private final int limit;
    private final List<ParkedItem> items = new ArrayList<>();

    ParkedItems(int limit) {
        this.limit = limit;
    }

    void add(Map<String, AttributeValue> row) {
        String item = DeadLetterRow.position(row).item();
        int last = items.size() - 1;
        Optional<DeadLetter> deadLetter =
                DeadLetterRow.isComplete(row) ? Optional.of(DeadLetterRow.decode(row)) : Optional.empty();
        if (last < 0 || !items.get(last).item().equals(item)) {
            items.add(new ParkedItem(item, 1, deadLetter));
        } else {
            ParkedItem known = items.get(last);
            items.set(
                    last,
                    new ParkedItem(item, known.changes() + 1, known.first().or(() -> deadLetter)));
        }
    }

    /** True once an item beyond the limit is known: then the last item within it is complete. */
    boolean isFull() {
        return items.size() > limit;
    }

    List<ParkedItem> list() {
        return List.copyOf(items.subList(0, Math.min(limit, items.size())));
    }
}
