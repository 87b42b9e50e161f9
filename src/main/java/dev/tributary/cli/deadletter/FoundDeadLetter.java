package dev.tributary.cli.deadletter;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A dead letter with the identifier that was given; each route may have one.
 *
 * @param route the route it belongs to
 */
record FoundDeadLetter(DeadLetterRoute route, DeadLetter deadLetter) {

    static List<FoundDeadLetter> all(DeadLetterRoutes routes, DeadLetterId id) throws StartException {
        List<FoundDeadLetter> found = new ArrayList<>();
        for (DeadLetterRoute route : routes.routes()) {
            List<String> items = new ArrayList<>();
            route.visit(Optional.empty(), item -> {
                if (id.matches(item)) {
                    items.add(item.item());
                }
                return true;
            });
            for (String item : items) {
                route.await(route.deadLetters().of(item)).stream()
                        .filter(id::matches)
                        .forEach(deadLetter -> found.add(new FoundDeadLetter(route, deadLetter)));
            }
        }
        return found;
    }

    static StartException none(DeadLetterRoutes routes, DeadLetterId id) throws StartException {
        List<String> lines = new ArrayList<>(List.of(
                "there is no dead letter %s/%s; `dead-letters list` lists them".formatted(id.item(), id.sequence())));
        lines.addAll(routes.absentTables());
        return new StartException(ExitCode.FAILED, String.join("\n", lines));
    }
}
