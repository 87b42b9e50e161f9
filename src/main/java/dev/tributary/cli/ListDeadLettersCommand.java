package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.StartException;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters list}: which items have parked changes, and why; neither keys nor values of them. */
@Command(
        name = "list",
        description = "Lists the items that have parked changes; with --item or --key the changes of one.",
        mixinStandardHelpOptions = true)
final class ListDeadLettersCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Mixin
    private ItemOptions items = new ItemOptions();

    @Option(names = "--limit", description = "Items to print at most. Default: ${DEFAULT-VALUE}", defaultValue = "50")
    private int limit = 50;

    @Option(
            names = "--after",
            paramLabel = "ROUTE/DIGEST",
            description = "Go on behind this item: what the last page told.")
    private @Nullable String after;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();
    private final Columns itemColumns = new Columns("ROUTE", "ITEM", "CHANGES", "FIRST CHANGE", "PARKED FOR", "REASON");
    private final Columns changeColumns = new Columns("ROUTE", "CHANGE", "KIND", "CREATED", "PARKED FOR", "REASON");
    private int printed;
    private @Nullable String last;

    @Override
    public Integer call() throws StartException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit " + limit + ": expected 1 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean complete;
        try (DeadLetterRoutes routes = options.open()) {
            complete = list(routes, out);
        }
        if (!options.json()) {
            itemColumnsAndChanges(out);
        }
        if (!complete) {
            spec.commandLine().getErr().println("There are more: --after " + last);
        }
        out.flush();
        return ExitCode.OK;
    }

    private void itemColumnsAndChanges(PrintWriter out) {
        if (itemColumns.isEmpty() && changeColumns.isEmpty()) {
            out.println("No parked changes" + (items.chosen() ? " of that item." : "."));
        }
        for (Columns columns : new Columns[] {itemColumns, changeColumns}) {
            if (!columns.isEmpty()) {
                columns.lines().forEach(out::println);
            }
        }
    }

    /** Ends with whether everything was listed. */
    private boolean list(DeadLetterRoutes routes, PrintWriter out) throws StartException {
        int slash = after == null ? -1 : after.lastIndexOf('/');
        boolean started = after == null;
        for (DeadLetterRoute route : routes.routes()) {
            Optional<String> known = Optional.empty();
            if (!started && after != null) {
                if (!after.startsWith(route.name() + "/")) {
                    continue;
                }
                started = true;
                known = Optional.of(after.substring(slash + 1));
            }
            if (!list(route, known, out)) {
                return false;
            }
        }
        if (!started) {
            throw new ParameterException(
                    spec.commandLine(), "--after " + after + ": expected what the last page told, <route>/<digest>");
        }
        return true;
    }

    private boolean list(DeadLetterRoute route, Optional<String> known, PrintWriter out) throws StartException {
        return route.whileTrue(known, item -> {
            if (!items.choose(item, route)) {
                return true;
            }
            if (printed == limit) {
                return false;
            }
            printed++;
            last = route.name() + "/" + item.item();
            if (items.chosen()) {
                route.answer(route.letters().changes(item.item())).forEach(letter -> change(route, letter, out));
            } else {
                item(route, item, out);
            }
            return true;
        });
    }

    private void item(DeadLetterRoute route, ParkedItem item, PrintWriter out) {
        if (options.json()) {
            out.println(DeadLetterJson.item(route.name(), item));
            return;
        }
        Optional<DeadLetter> first = item.first();
        itemColumns.row(
                route.name(),
                DeadLetterId.of(item),
                Integer.toString(item.changes()),
                first.map(DeadLetterId::of).orElse("?"),
                first.map(letter -> age(letter.parked().parkedAt())).orElse("?"),
                first.map(letter -> letter.parked().reason())
                        .orElse("the row that tells of it was deleted; what is left can only be discarded"));
    }

    private void change(DeadLetterRoute route, DeadLetter letter, PrintWriter out) {
        if (options.json()) {
            out.println(DeadLetterJson.change(route.name(), letter));
            return;
        }
        changeColumns.row(
                route.name(),
                DeadLetterId.of(letter),
                letter.kind(),
                letter.parked().stamp().createdAt().toString(),
                age(letter.parked().parkedAt()),
                letter.parked().reason());
    }

    private String age(Instant since) {
        Duration age = Duration.between(since, clock.instant());
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
    }
}
