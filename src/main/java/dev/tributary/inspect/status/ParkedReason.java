package dev.tributary.inspect.status;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * The items of a route whose oldest dead letter has the same reason.
 *
 * @param reason for people
 * @param items in the order of their digests
 */
public record ParkedReason(String reason, List<ParkedItem> items) {

    /** The reason of an item that a person has edited in the table. */
    private static final String UNREADABLE = "its row in the table of dead letters lacks attributes";

    /** The reason why an item is parked. */
    public static String of(ParkedItem item) {
        return item.first().map(DeadLetter::reason).orElse(UNREADABLE);
    }

    static List<ParkedReason> of(List<ParkedItem> items) {
        return items.stream().collect(groupingBy(ParkedReason::of, TreeMap::new, toList())).entrySet().stream()
                .map(reason -> new ParkedReason(reason.getKey(), reason.getValue()))
                .sorted(Comparator.comparing(
                        (ParkedReason reason) -> -reason.items().size()))
                .toList();
    }
}
