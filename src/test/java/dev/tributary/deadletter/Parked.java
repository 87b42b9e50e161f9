package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the content of a table for dead letters. */
public final class Parked {

    private Parked() {}

    /** All dead letters of the route. */
    public static List<DeadLetter> in(DeadLetterTable table, String route) {
        RouteDeadLetters deadLetters = table.deadLetters(route);
        List<DeadLetter> list = new ArrayList<>();
        deadLetters
                .items(Optional.empty(), Integer.MAX_VALUE - 1)
                .join()
                .forEach(item -> list.addAll(deadLetters.of(item.item()).join()));
        return list;
    }

    /** A change with its images. */
    public static Optional<Change> change(DeadLetterTable table, String route, ItemKey owner, Version version) {
        RouteDeadLetters deadLetters = table.deadLetters(route);
        return deadLetters.of(RouteDeadLetters.item(owner)).join().stream()
                .filter(deadLetter -> deadLetter.stamp().version().equals(version))
                .findFirst()
                .flatMap(deadLetter -> deadLetters.change(deadLetter).join());
    }
}
