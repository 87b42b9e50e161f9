package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.cli.progress.JobProgress;
import dev.tributary.cli.progress.Progress;
import dev.tributary.cli.progress.ProgressOptions;
import dev.tributary.daemon.jobs.GapRepair;
import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.backfill.ItemCondition;
import dev.tributary.jobs.backfill.TargetHistory;
import dev.tributary.jobs.reconcile.PageResult;
import dev.tributary.jobs.reconcile.PageResult.Refused;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tributary backfill}: writes the existing items of a source to its targets. */
@Command(
        name = "backfill",
        description = "Writes the existing items of a source to the targets of its routes, while daemons replicate."
                + " Rows that replication has written stay. May be interrupted and repeated: it continues where it was. The"
                + " exit code is 0 if every item was written, and 1 if one could not be or the command failed.",
        mixinStandardHelpOptions = true)
final class BackfillCommand implements Callable<Integer> {

    /** Longest wait for the current pages and the release of the lock after a signal. */
    private static final Duration STOP = Duration.ofSeconds(10);

    /** Refused items that are listed; all are counted. */
    private static final int MAX_LISTED = 100;

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private ProgressOptions progress = new ProgressOptions();

    @Mixin
    private RouteOptions routes = new RouteOptions();

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            description = "Write only items that fulfil this condition: attribute, =, <>, <, <=, > or >=, and a value;"
                    + " several with AND. Text is quoted: \"city = 'Oakland' AND age >= 18\".")
    private @Nullable String where;

    @Option(
            names = "--reshape",
            description =
                    "Also bring the rows of the target into the form of the current configuration: replace rows that"
                            + " differ from their items, and remove rows whose items are gone or have another key.")
    private boolean reshape;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final ScheduledExecutorService timer =
            Executors.newScheduledThreadPool(2, task -> new Thread(task, "timer"));

    private long refused;
    private boolean outdated;

    @Override
    public Integer call() throws StartException {
        ItemCondition condition = condition();
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients = Clients.ofCommand(settings, Clients.JOB_WRITE_TIMEOUT)) {
            for (RouteJobs route : routes.select(settings, clients, timer)) {
                fill(route, condition, out);
            }
        } finally {
            timer.shutdownNow();
            out.flush();
        }
        return refused == 0 && !outdated ? ExitCode.OK : ExitCode.FAILED;
    }

    private ItemCondition condition() throws StartException {
        try {
            return where == null ? ItemCondition.ALL : ItemCondition.parse(where);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIGURATION, "--where: " + e.getMessage());
        }
    }

    private void fill(RouteJobs route, ItemCondition condition, PrintWriter out) throws StartException {
        SourceState source = RouteCalls.sourceState(route)
                .orElseThrow(() -> new StartException(
                        ExitCode.FAILED,
                        route.name()
                                + ": no worker has begun to read the source, so changes made during a backfill could"
                                + " be lost; start the daemon first, and run this again"));
        RouteCalls.awaitReaders(route);
        CompletableFuture<Void> released = new CompletableFuture<>();
        Backfill backfill = RouteCalls.await(
                route,
                RouteCalls.exclusively(
                                route,
                                spec.commandLine().getErr(),
                                lock -> run(backfill(route, lock, source, condition), released))
                        .whenComplete((ended, thrown) -> released.complete(null)));
        print(route, backfill, out);
        if (!reshape) {
            warnOfMissed(route);
        }
    }

    private void warnOfMissed(RouteJobs route) throws StartException {
        RouteCalls.await(route, TargetHistory.read(route.states())).missed().ifPresent(missed -> spec.commandLine()
                .getErr()
                .printf(
                        "%s: %s. This backfill did not bring them; run it with --reshape after %s%n",
                        route.name(), missed.text(), missed.repairableAt(route.lateness())));
    }

    private Backfill backfill(RouteJobs route, JobLock lock, SourceState source, ItemCondition condition) {
        BackfillPlan plan = new BackfillPlan(
                BackfillPlan.BACKFILL,
                reshape ? Kind.REPAIR : Kind.FILL,
                route.projection().shape(),
                GapRepair.id(source),
                condition.text(),
                condition,
                routes.segments());
        return route.backfill(lock, source.epoch(), plan, routes.limits(timer));
    }

    /**
     * Runs to the end, or until a signal stops it: the next run continues there.
     *
     * @param released completes when the lock is released
     */
    private CompletableFuture<Backfill> run(Backfill backfill, CompletableFuture<Void> released) {
        JobProgress shown = progress.start(
                "backfill", backfill.route(), "items", spec.commandLine().getErr(), () -> progress(backfill));
        Thread onSignal = new Thread(() -> stop(backfill, released), "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        return backfill.run().thenApply(ended -> backfill).whenComplete((ended, thrown) -> {
            if (thrown == null) {
                shown.finished();
            }
            shown.close();
            removeHook(onSignal);
        });
    }

    private static void stop(Backfill backfill, CompletableFuture<Void> released) {
        backfill.stop();
        released.completeOnTimeout(null, STOP.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending
        }
    }

    private static Progress progress(Backfill backfill) {
        PageResult result = backfill.result();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("written", (long) result.written());
        counts.put("present", (long) result.present());
        counts.put("removed", (long) result.removed());
        counts.put("refused", backfill.refused());
        return new Progress(backfill.read(), 0, counts);
    }

    private void print(RouteJobs route, Backfill backfill, PrintWriter out) {
        PageResult result = backfill.result();
        out.printf(
                "%s: %d read, %d written, %d present already, %d without a row, %d removed, %d refused%n",
                route.name(),
                backfill.read(),
                result.written(),
                result.present(),
                result.without(),
                result.removed(),
                backfill.refused());
        for (Refused item : result.refused()
                .subList(0, Math.min(MAX_LISTED, result.refused().size()))) {
            out.printf("%s %s: %s%n", route.name(), item.item(), item.reason());
        }
        refused += backfill.refused();
        if (backfill.isOutdated()) {
            outdated = true;
            out.printf(
                    "%s: a worker wrote rows of another shape, or read changes without the route, meanwhile: run this again%n",
                    route.name());
        }
    }
}
