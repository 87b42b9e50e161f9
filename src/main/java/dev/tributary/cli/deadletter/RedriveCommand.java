package dev.tributary.cli.deadletter;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.jobs.Redrive;
import dev.tributary.jobs.RedriveResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters redrive}: applies dead letters to their targets. */
@Command(
        name = "redrive",
        description = "Applies dead letters to their targets with the current configuration, and deletes those that the"
                + " targets accept. The daemon may run meanwhile. The exit code is 0 if no selected dead letter is left,"
                + " and 1 otherwise.",
        mixinStandardHelpOptions = true)
final class RedriveCommand implements Callable<Integer> {

    /** Items that are redriven in parallel. */
    private static final int PARALLEL = 16;

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Mixin
    private ItemOptions items = new ItemOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private int itemsLeft;
    private int changesDone;
    private int changesLeft;

    @Override
    public Integer call() throws StartException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        DeadLetterJob job = new DeadLetterJob(err);
        try (DeadLetterRoutes routes = options.open()) {
            for (DeadLetterRoute route : routes.routes()) {
                if (!DeadLetterJob.items(route, items).isEmpty()) {
                    CheckedTables target = route.target();
                    job.run(route, lock -> redrive(route, target, lock, out));
                }
            }
            if (changesDone + changesLeft == 0) {
                routes.absentTables().forEach(err::println);
            }
        } finally {
            out.flush();
        }
        err.printf(
                "Redriven: %s. Still parked: %s of %s.%n",
                DeadLetterJob.count(changesDone, "change"),
                DeadLetterJob.count(changesLeft, "change"),
                DeadLetterJob.count(itemsLeft, "item"));
        err.flush();
        return changesLeft == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private void redrive(DeadLetterRoute route, CheckedTables target, JobLock lock, PrintWriter out)
            throws StartException {
        Redrive redrive = route.parts().redrive(target, lock);
        List<ParkedItem> selected = DeadLetterJob.items(route, items);
        for (int from = 0; from < selected.size(); from += PARALLEL) {
            List<ParkedItem> some = selected.subList(from, Math.min(selected.size(), from + PARALLEL));
            List<CompletableFuture<Void>> running = some.stream()
                    .map(item -> redrive.item(item.item()).thenAccept(redriven -> print(route, item, redriven, out)))
                    .toList();
            route.await(CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)));
        }
    }

    private synchronized void print(DeadLetterRoute route, ParkedItem item, RedriveResult redriven, PrintWriter out) {
        changesDone += redriven.done();
        changesLeft += redriven.left();
        itemsLeft += redriven.left() == 0 ? 0 : 1;
        if (options.json()) {
            out.println(DeadLetterJson.redriven(route.name(), item, redriven));
            return;
        }
        out.printf("%s %s: %d redriven", route.name(), DeadLetterId.of(item), redriven.done());
        redriven.reason().ifPresent(reason -> out.printf(", %d still parked: %s", redriven.left(), reason));
        out.println();
    }
}
