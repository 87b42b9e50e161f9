package dev.tributary.cli.deadletter;

import dev.tributary.cli.option.NumberRange;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.inspect.Columns;
import dev.tributary.model.TimeText;
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

/** {@code tributary dead-letters list}: lists items with dead letters and the reasons, without keys and values. */
@Command(
        name = "list",
        description =
                "Lists the items that have dead letters. With --item or --key, lists the dead letters of one item.",
        mixinStandardHelpOptions = true)
final class ListDeadLettersCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Mixin
    private ItemOptions items = new ItemOptions();

    @Option(
            names = "--limit",
            description = "Maximum number of items to print. Default: ${DEFAULT-VALUE}.",
            defaultValue = "50")
    private int limit = 50;

    @Option(
            names = "--after",
            paramLabel = "ROUTE/DIGEST",
            description = "Continue after this item, which the page before has printed.")
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
        NumberRange.atLeast(1).check(spec, "--limit", limit);
        PrintWriter out = spec.commandLine().getOut();
        boolean complete;
        try (DeadLetterRoutes routes = options.open()) {
            complete = list(routes, out);
            if (printed == 0) {
                routes.absentTables().forEach(spec.commandLine().getErr()::println);
            }
        }
        if (!options.json()) {
            printColumns(out);
        }
        if (!complete) {
            spec.commandLine().getErr().println("There are more: --after " + last);
        }
        out.flush();
        return ExitCode.OK;
    }

    private void printColumns(PrintWriter out) {
        if (itemColumns.isEmpty() && changeColumns.isEmpty()) {
            out.println("No dead letters" + (items.given() ? " of that item." : "."));
        }
        for (Columns columns : new Columns[] {itemColumns, changeColumns}) {
            if (!columns.isEmpty()) {
                columns.lines().forEach(out::println);
            }
        }
    }

    /** Returns whether everything was listed. */
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
                    spec.commandLine(),
                    "--after " + after + ": expected <route>/<digest>, as the page before has printed it");
        }
        return true;
    }

    private boolean list(DeadLetterRoute route, Optional<String> known, PrintWriter out) throws StartException {
        return route.visit(known, item -> {
            if (!items.select(item, route)) {
                return true;
            }
            if (printed == limit) {
                return false;
            }
            printed++;
            last = route.name() + "/" + item.item();
            if (items.given()) {
                route.await(route.deadLetters().of(item.item())).forEach(deadLetter -> change(route, deadLetter, out));
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
                first.map(deadLetter -> age(deadLetter.parkedAt())).orElse("?"),
                first.map(DeadLetter::reason).orElse("its first row is incomplete; it can only be discarded"));
    }

    private void change(DeadLetterRoute route, DeadLetter deadLetter, PrintWriter out) {
        if (options.json()) {
            out.println(DeadLetterJson.change(route.name(), deadLetter));
            return;
        }
        changeColumns.row(
                route.name(),
                DeadLetterId.of(deadLetter),
                deadLetter.kind(),
                deadLetter.stamp().createdAt().toString(),
                age(deadLetter.parkedAt()),
                deadLetter.reason());
    }

    private String age(Instant since) {
        return TimeText.of(Duration.between(since, clock.instant()));
    }
}
