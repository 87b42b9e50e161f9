package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.cli.progress.JobProgress;
import dev.tributary.cli.progress.Progress;
import dev.tributary.cli.progress.ProgressOptions;
import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.deadletter.JobLock;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.backfill.Backfill;
import dev.tributary.jobs.backfill.BackfillPlan;
import dev.tributary.jobs.backfill.BackfillPlan.Kind;
import dev.tributary.jobs.backfill.ItemCondition;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.reconcile.PageResult;
import dev.tributary.jobs.reconcile.PageResult.Refused;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.model.Failures;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.stream.lease.SourceState;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;

/** {@code tributary backfill}: brings existing items of a source to its targets. */
@Command(
        name = "backfill",
        description =
                "Brings the items that a source has already to the targets of its routes, while daemons replicate."
                        + " Rows that replication has written stay. May be interrupted and repeated: it goes on where it was. The"
                        + " exit code is 0 if every item was brought, and 1 if one could not be written or the command failed.",
        mixinStandardHelpOptions = true)
final class BackfillCommand implements Callable<Integer> {

    /** Refused items that are listed; all are counted. */
    private static final int MAX_LISTED = 100;

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private ProgressOptions progress = new ProgressOptions();

    @Parameters(
            paramLabel = "SOURCE[.ROUTE]",
            arity = "0..*",
            description = "Routes, or sources with all their routes. Default: all routes of the configuration.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            description = "Bring only items that fulfil this condition: attribute, =, <>, <, <=, > or >=, and a value;"
                    + " several with AND. Text is quoted: \"city = 'Oakland' AND age >= 18\".")
    private @Nullable String where;

    @Option(
            names = "--segments",
            paramLabel = "N",
            defaultValue = "4",
            description = "Parallel reads, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int segments;

    @Option(names = "--read-units", paramLabel = "N", description = "Read units per second at most. Default: no limit.")
    private double readUnits = Double.POSITIVE_INFINITY;

    @Option(
            names = "--write-units",
            paramLabel = "N",
            description = "Write units of the target per second at most. Default: no limit.")
    private double writeUnits = Double.POSITIVE_INFINITY;

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

    @Override
    public Integer call() throws StartException {
        if (segments < 1 || segments > 1000 || !(readUnits > 0) || !(writeUnits > 0)) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    "--segments has to be from 1 to 1000, and --read-units and --write-units above 0");
        }
        ItemCondition condition = condition();
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients =
                new Clients(settings.aws(), DeadLetterRoutes.local(settings), Clients.CALL_TIMEOUT.dividedBy(2), 1)) {
            CheckedTables tables = TableChecks.run(settings, clients);
            for (RouteJobs route : selected(settings, tables, clients)) {
                fill(route, condition, out);
            }
        } finally {
            timer.shutdownNow();
            out.flush();
        }
        return refused == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private ItemCondition condition() throws StartException {
        try {
            return where == null ? ItemCondition.ALL : ItemCondition.parse(where);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIGURATION, "--where: " + e.getMessage());
        }
    }

    private List<RouteJobs> selected(Settings settings, CheckedTables tables, Clients clients) throws StartException {
        Map<String, RouteJobs> routes = new LinkedHashMap<>();
        settings.source().forEach((source, table) -> table.route()
                .keySet()
                .forEach(route -> routes.put(
                        source + "." + route,
                        new RouteJobs(source, route, settings, tables, clients, timer, Clock.systemUTC()))));
        List<RouteJobs> selected = new ArrayList<>();
        for (String name : names) {
            List<RouteJobs> found = routes.entrySet().stream()
                    .filter(route ->
                            route.getKey().equals(name) || route.getKey().startsWith(name + "."))
                    .map(Map.Entry::getValue)
                    .toList();
            if (found.isEmpty()) {
                throw new StartException(
                        ExitCode.CONFIGURATION,
                        name + ": the configuration has no such route or source; it has "
                                + String.join(", ", routes.keySet()));
            }
            found.stream().filter(route -> !selected.contains(route)).forEach(selected::add);
        }
        return names.isEmpty() ? List.copyOf(routes.values()) : selected;
    }

    private void fill(RouteJobs route, ItemCondition condition, PrintWriter out) throws StartException {
        SourceState source = await(route, completed(route::sourceState))
                .orElseThrow(() -> new StartException(
                        ExitCode.FAILED,
                        route.name()
                                + ": no worker has begun to read the source, so changes made during a backfill could"
                                + " be lost; start the daemon first, and run this again"));
        JobLock lock = route.lock(DeadLetterJob.holder());
        await(route, lock.take(holder -> {
            PrintWriter err = spec.commandLine().getErr();
            err.printf("%s: another job (%s) has the lock. Waiting for it to renew the lock.%n", route.name(), holder);
            err.flush();
        }));
        try {
            // What a killed run has left: its time is over, because its lock is.
            await(route, route.settler().settle());
            fill(route, source, condition, lock, out);
        } finally {
            await(route, lock.release());
        }
    }

    private void fill(RouteJobs route, SourceState source, ItemCondition condition, JobLock lock, PrintWriter out)
            throws StartException {
        Backfill backfill = route.backfill(
                lock,
                source.epoch(),
                new BackfillPlan(
                        reshape ? Kind.REPAIR : Kind.FILL,
                        route.projection().shape(),
                        condition.text(),
                        condition,
                        segments),
                new JobLimits(
                        new PacedCalls(new UnitRateLimiter(readUnits, System::nanoTime), timer),
                        new UnitRateLimiter(writeUnits, System::nanoTime)));
        CompletableFuture<Boolean> run;
        Thread onSignal = new Thread(backfill::stop, "stop");
        try (JobProgress shown = progress.start(
                "backfill", route.name(), "items", spec.commandLine().getErr(), () -> progress(backfill))) {
            run = backfill.run();
            Runtime.getRuntime().addShutdownHook(onSignal);
            await(route, run);
            shown.finished();
        } finally {
            removeHook(onSignal);
        }
        print(route, backfill, out);
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
    }

    private interface Read<T> {
        T get();
    }

    private static <T> CompletableFuture<T> completed(Read<T> read) {
        try {
            return CompletableFuture.completedFuture(read.get());
        } catch (SdkException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T> T await(RouteJobs route, CompletableFuture<T> call) throws StartException {
        try {
            return Calls.join(call);
        } catch (RuntimeException e) {
            Throwable failure = Failures.unwrap(e);
            throw new StartException(
                    ExitCode.FAILED,
                    route.name() + ": "
                            + (failure instanceof JobLock.LockedException
                                    ? failure.getMessage()
                                    : "a call failed, and the backfill goes on from where it was when it is run again: "
                                            + WriteFailure.of(failure).message()));
        }
    }
}
