package dev.tributary.cli;

import dev.tributary.deadletter.Letter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A parked change that a person has named; each route may have one.
 *
 * @param route where it is
 */
record FoundLetter(LetterRoute route, Letter letter) {

    static List<FoundLetter> all(LetterRoutes routes, LetterId id) throws StartException {
        List<FoundLetter> found = new ArrayList<>();
        for (LetterRoute route : routes.routes()) {
            List<String> items = new ArrayList<>();
            route.whileTrue(Optional.empty(), item -> {
                if (id.names(item)) {
                    items.add(item.item());
                }
                return true;
            });
            for (String item : items) {
                route.answer(route.letters().changes(item)).stream()
                        .filter(id::names)
                        .forEach(letter -> found.add(new FoundLetter(route, letter)));
            }
        }
        return found;
    }

    static StartException none(LetterId id) {
        return new StartException(
                ExitCode.FAILED,
                "there is no parked change %s/%s; `dead-letters list` tells which there are"
                        .formatted(id.item(), id.sequence()));
    }
}
