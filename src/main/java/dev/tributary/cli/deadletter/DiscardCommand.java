package dev.tributary.cli.deadletter;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.DeadLetter;
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

/** {@code tributary dead-letters discard}: deletes dead letters. */
@Command(
        name = "discard",
        description = "Deletes dead letters without applying them. The target keeps its rows and misses the discarded"
                + " changes until the item changes again. Once an item has no dead letters left, its changes are"
                + " replicated again.",
        mixinStandardHelpOptions = true)
final class DiscardCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Mixin
    private ItemOptions items = new ItemOptions();

    @Option(names = "--all", description = "Discard the dead letters of all items of the selected routes.")
    private boolean all;

    @Option(names = "--yes", description = "Discard. Without this option, only print what would be discarded.")
    private boolean yes;

    @Parameters(
            arity = "0..1",
            paramLabel = "CHANGE",
            converter = DeadLetterId.OfChange.class,
            description = "The identifier of one change, as `list` prints it. Later changes of its item stay parked.")
    private @Nullable DeadLetterId id;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private int matches;
    private boolean replayed;

    @Override
    public Integer call() throws StartException {
        int choices = (id == null ? 0 : 1) + (items.given() ? 1 : 0) + (all ? 1 : 0);
        if (choices != 1) {
            throw new ParameterException(
                    spec.commandLine(), "Specify what to discard: one CHANGE, --item, --key or --all");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        DeadLetterJob job = new DeadLetterJob(err);
        try (DeadLetterRoutes routes = options.open()) {
            if (id != null) {
                discardChange(routes, id, job, out);
            } else {
                for (DeadLetterRoute route : routes.routes()) {
                    discardItems(route, job, out);
                }
            }
            if (matches == 0) {
                err.println("No dead letter matches.");
                routes.absentTables().forEach(err::println);
            }
        } finally {
            out.flush();
        }
        if (matches > 0 && !yes) {
            err.println(
                    "Nothing was discarded. With --yes, these changes are deleted, and the targets keep their rows.");
        }
        if (replayed) {
            err.println("The change was replayed meanwhile, and is still parked. Run this again.");
        }
        err.flush();
        return matches > 0 && !yes ? ExitCode.CONFIGURATION : replayed ? ExitCode.FAILED : ExitCode.OK;
    }

    private void discardChange(DeadLetterRoutes routes, DeadLetterId change, DeadLetterJob job, PrintWriter out)
            throws StartException {
        List<FoundDeadLetter> found = FoundDeadLetter.all(routes, change);
        if (found.isEmpty()) {
            throw FoundDeadLetter.none(routes, change);
        }
        for (FoundDeadLetter one : found) {
            DeadLetterRoute route = one.route();
            String name = DeadLetterId.of(one.deadLetter());
            matches++;
            if (!yes) {
                out.printf("%s %s: %s%n", route.name(), name, one.deadLetter().reason());
                continue;
            }
            job.run(route, lock -> {
                boolean deleted = route.await(route.deadLetters().delete(one.deadLetter()));
                List<DeadLetter> left =
                        route.await(route.deadLetters().of(one.deadLetter().item()));
                print(route, name, deleted ? 1 : 0, left.size(), out);
                replayed |= left.stream().anyMatch(parked -> parked.stamp()
                        .equals(one.deadLetter().stamp()));
            });
        }
    }

    private void discardItems(DeadLetterRoute route, DeadLetterJob job, PrintWriter out) throws StartException {
        List<ParkedItem> selected = DeadLetterJob.items(route, items);
        items.refuseAmbiguous(selected);
        matches += selected.size();
        if (!yes) {
            selected.forEach(item -> out.printf(
                    "%s %s: %s%n", route.name(), DeadLetterId.of(item), DeadLetterJob.count(item.changes(), "change")));
        } else if (!selected.isEmpty()) {
            job.run(route, lock -> {
                for (ParkedItem item : selected) {
                    route.await(lock.ensure());
                    int deleted = route.await(route.deadLetters().discard(item.item()));
                    print(route, DeadLetterId.of(item), deleted, left(route, item.item()), out);
                }
            });
        }
    }

    private static int left(DeadLetterRoute route, String item) throws StartException {
        return route.await(route.deadLetters().of(item)).size();
    }

    private void print(DeadLetterRoute route, String name, int deleted, int left, PrintWriter out) {
        if (options.json()) {
            out.println(DeadLetterJson.discarded(route.name(), name, deleted, left));
        } else {
            out.printf("%s %s: %d discarded, %d still parked%n", route.name(), name, deleted, left);
        }
    }
}
