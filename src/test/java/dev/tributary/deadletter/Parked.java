package dev.tributary.deadletter;

import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What lies in a table of dead letters. */
public final class Parked {

    private Parked() {}

    /** All parked changes of the route. */
    public static List<ParkedChange> in(DeadLetterTable table, String route) {
        RouteDeadLetters letters = table.letters(route);
        List<ParkedChange> list = new ArrayList<>();
        letters.items(Optional.empty(), Integer.MAX_VALUE - 1)
                .join()
                .forEach(item -> letters.changes(item.item()).join().forEach(letter -> list.add(letter.parked())));
        return list;
    }

    /** A change with its images. */
    public static Optional<Change> change(DeadLetterTable table, String route, ItemKey owner, Version version) {
        RouteDeadLetters letters = table.letters(route);
        return letters.changes(RouteDeadLetters.item(owner)).join().stream()
                .filter(letter -> letter.parked().stamp().version().equals(version))
                .findFirst()
                .flatMap(letter -> letters.change(letter).join());
    }
}
