package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.StartException;
import dev.tributary.deadletter.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A parked change that a person has named; each route may have one.
 *
 * @param route where it is
 */
record FoundDeadLetter(DeadLetterRoute route, DeadLetter letter) {

    static List<FoundDeadLetter> all(DeadLetterRoutes routes, DeadLetterId id) throws StartException {
        List<FoundDeadLetter> found = new ArrayList<>();
        for (DeadLetterRoute route : routes.routes()) {
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
                        .forEach(letter -> found.add(new FoundDeadLetter(route, letter)));
            }
        }
        return found;
    }

    static StartException none(DeadLetterId id) {
        return new StartException(
                ExitCode.FAILED,
                "there is no parked change %s/%s; `dead-letters list` tells which there are"
                        .formatted(id.item(), id.sequence()));
    }
}
