package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.StartException;
import dev.tributary.deadletter.ParkedItem;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters discard}: takes parked changes out for good. */
@Command(
        name = "discard",
        description = "Takes parked changes out for good. What is in the target stays as it is, what the changes asked"
                + " for is lost to it until the item changes again, and later changes of the item flow again once none"
                + " is left.",
        mixinStandardHelpOptions = true)
final class DiscardCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Mixin
    private ItemOptions items = new ItemOptions();

    @Option(names = "--all", description = "All items of the chosen routes.")
    private boolean all;

    @Option(names = "--yes", description = "Do it; without, only tell what would be discarded.")
    private boolean yes;

    @Parameters(
            arity = "0..1",
            paramLabel = "CHANGE",
            converter = DeadLetterId.OfChange.class,
            description = "One change, as `list` names it; later ones of its item stay parked.")
    private @Nullable DeadLetterId id;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private int found;

    @Override
    public Integer call() throws StartException {
        int choices = (id == null ? 0 : 1) + (items.chosen() ? 1 : 0) + (all ? 1 : 0);
        if (choices != 1) {
            throw new ParameterException(
                    spec.commandLine(), "Say what to discard: one CHANGE, --item, --key, or --all");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (DeadLetterRoutes routes = options.open();
                DeadLetterJob job = new DeadLetterJob(err)) {
            if (id != null) {
                discardChange(routes, id, job, out);
            } else {
                for (DeadLetterRoute route : routes.routes()) {
                    discardItems(route, job, out);
                }
            }
        } finally {
            out.flush();
        }
        if (found == 0) {
            err.println("Nothing is parked of that.");
        } else if (!yes) {
            err.println(
                    "Nothing was discarded: add --yes. The targets keep what they have, and what these changes asked"
                            + " for is lost to them.");
        }
        err.flush();
        return found > 0 && !yes ? ExitCode.CONFIGURATION : ExitCode.OK;
    }

    private void discardChange(DeadLetterRoutes routes, DeadLetterId change, DeadLetterJob job, PrintWriter out)
            throws StartException {
        List<FoundDeadLetter> letters = FoundDeadLetter.all(routes, change);
        if (letters.isEmpty()) {
            throw FoundDeadLetter.none(change);
        }
        for (FoundDeadLetter letter : letters) {
            DeadLetterRoute route = letter.route();
            String name = DeadLetterId.of(letter.letter());
            found++;
            if (!yes) {
                out.printf(
                        "%s %s: %s%n",
                        route.name(), name, letter.letter().parked().reason());
                continue;
            }
            job.run(route, lock -> {
                boolean gone = route.answer(route.letters().remove(letter.letter()));
                tell(route, name, gone ? 1 : 0, left(route, letter.letter().item()), out);
            });
        }
    }

    private void discardItems(DeadLetterRoute route, DeadLetterJob job, PrintWriter out) throws StartException {
        List<ParkedItem> chosen = DeadLetterJob.items(route, items);
        items.refuseAmbiguous(chosen);
        found += chosen.size();
        if (!yes) {
            chosen.forEach(item -> out.printf(
                    "%s %s: %s%n", route.name(), DeadLetterId.of(item), DeadLetterJob.count(item.changes(), "change")));
        } else if (!chosen.isEmpty()) {
            job.run(route, lock -> {
                for (ParkedItem item : chosen) {
                    route.answer(lock.ensure());
                    int gone = route.answer(route.letters().discard(item.item()));
                    tell(route, DeadLetterId.of(item), gone, left(route, item.item()), out);
                }
            });
        }
    }

    private static int left(DeadLetterRoute route, String item) throws StartException {
        return route.answer(route.letters().changes(item)).size();
    }

    private void tell(DeadLetterRoute route, String name, int gone, int left, PrintWriter out) {
        if (options.json()) {
            out.println(DeadLetterJson.discarded(route.name(), name, gone, left));
        } else {
            out.printf("%s %s: %d discarded, %d still parked%n", route.name(), name, gone, left);
        }
    }
}
