package dev.tributary.inspect.status;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The items of a route that have dead letters.
 *
 * @param items their number, as far as it was counted
 * @param more whether there may be more
 * @param oldest since when the first of them has had one
 * @param reasons why they are parked, the most frequent first
 */
public record ParkedCount(int items, boolean more, Optional<Instant> oldest, List<ParkedReason> reasons) {

    private static final int PAGE = 250;
    private static final int MOST = 1000;

    /** Counts up to 1,000 items. */
    static CompletableFuture<ParkedCount> of(RouteDeadLetters deadLetters) {
        return count(deadLetters, Optional.empty(), new ArrayList<>());
    }

    private static CompletableFuture<ParkedCount> count(
            RouteDeadLetters deadLetters, Optional<String> after, List<ParkedItem> found) {
        return deadLetters.items(after, PAGE).thenCompose(page -> {
            found.addAll(page);
            return page.size() < PAGE || found.size() >= MOST
                    ? CompletableFuture.completedFuture(of(found, page.size() == PAGE))
                    : count(deadLetters, Optional.of(page.get(page.size() - 1).item()), found);
        });
    }

    private static ParkedCount of(List<ParkedItem> items, boolean more) {
        return new ParkedCount(
                items.size(),
                more,
                items.stream()
                        .flatMap(item -> item.first().stream())
                        .map(DeadLetter::parkedAt)
                        .min(Comparator.naturalOrder()),
                ParkedReason.of(items));
    }

    /** The number as text, such as {@code 3 items} or {@code 1000 items or more}. */
    public String text() {
        return items + (items == 1 ? " item" : " items") + (more ? " or more" : "");
    }
}
