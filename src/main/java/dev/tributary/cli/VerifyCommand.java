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
import dev.tributary.daemon.verify.RouteTables;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifyCounts;
import dev.tributary.model.Item;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.replication.CatchUp;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary verify}: compares targets with their sources, and repairs them. */
@Command(
        name = "verify",
        description =
                "Compares each row of the targets with the item that it is of, and each item of the sources with its"
                        + " row. The daemon may run, and the tables may change, meanwhile. The exit code is 0 if the targets are"
                        + " right, and 1 if they differ or could not be proven right.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private static final int THREADS = 2;

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private ProgressOptions progress = new ProgressOptions();

    @Parameters(paramLabel = "ROUTE", description = "Routes, as <source>.<route>. Default: all.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--segments",
            description = "Parts of a table that are read at the same time. Default: ${DEFAULT-VALUE}.",
            defaultValue = "4")
    private int segments = 4;

    @Option(
            names = "--read-units",
            paramLabel = "N",
            description = "Most read units a second, of source and target together. Default: no limit.")
    private double readUnits;

    @Option(
            names = "--key",
            paramLabel = "NAME=VALUE",
            description = "Verify one item by its key in the source table; repeat the option for each key attribute.")
    private Map<String, String> key = new LinkedHashMap<>();

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "Verify about this number of random items, and as many random rows.")
    private int sample;

    @Option(
            names = "--limit",
            description = "Maximum number of differences to list for each route. Default: ${DEFAULT-VALUE}.",
            defaultValue = "20")
    private int limit = 20;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "Longest wait for replication to catch up, before differences are given up as undecided. Default:"
                            + " ${DEFAULT-VALUE}.",
            defaultValue = "300")
    private int wait = 300;

    @Option(
            names = "--repair",
            description =
                    "Repair what differs: put missing rows, replace different ones, and remove extra ones. Foreign rows"
                            + " are left alone.")
    private boolean repair;

    @Option(names = "--repair-foreign", description = "With --repair: remove foreign rows too.")
    private boolean repairForeign;

    @Option(names = "--json", description = "Print each difference and each route as a JSON object in a line.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final ScheduledExecutorService timer =
            Executors.newScheduledThreadPool(THREADS, task -> new Thread(task, "verify"));

    @Override
    public Integer call() throws StartException {
        checkOptions();
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        VerifyReport report = new VerifyReport(out, json, limit);
        boolean right = true;
        try (Clients clients =
                new Clients(settings.aws(), DeadLetterRoutes.local(settings), Clients.CALL_TIMEOUT.dividedBy(2), 1)) {
            PacedCalls calls = new PacedCalls(
                    readUnits > 0 ? new UnitRateLimiter(readUnits, System::nanoTime) : UnitRateLimiter.unlimited(),
                    timer);
            for (String name : selected(settings)) {
                int dot = name.indexOf('.');
                RouteTables tables = RouteTables.of(
                        settings,
                        clients,
                        name.substring(0, dot),
                        name.substring(dot + 1),
                        Duration.ofSeconds(wait),
                        timer);
                RouteFindings findings =
                        new RouteFindings(name, tables.deadLetters(), report, repair(settings, clients, tables, calls));
                right &= verify(name, tables, calls, findings, report);
            }
        } finally {
            timer.shutdownNow();
        }
        report.close();
        return right ? ExitCode.OK : ExitCode.FAILED;
    }

    /** What repairs the route; empty if nothing is to be repaired. */
    private Optional<LockedRepair> repair(Settings settings, Clients clients, RouteTables tables, PacedCalls calls)
            throws StartException {
        if (!repair) {
            return Optional.empty();
        }
        CheckedTables checked = TableChecks.run(settings, clients);
        String name = tables.route().name();
        int dot = name.indexOf('.');
        RouteJobs jobs = new RouteJobs(
                name.substring(0, dot), name.substring(dot + 1), settings, checked, clients, timer, Clock.systemUTC());
        return Optional.of(LockedRepair.of(
                jobs, tables, calls, repairForeign, spec.commandLine().getErr()));
    }

    private void checkOptions() {
        if (segments < 1 || segments > 1_000) {
            throw new ParameterException(spec.commandLine(), "--segments " + segments + ": expected 1 to 1000");
        }
        if (readUnits < 0 || sample < 0 || limit < 0 || wait < 0) {
            throw new ParameterException(spec.commandLine(), "numbers below zero are not expected");
        }
        if (repairForeign && !repair) {
            throw new ParameterException(spec.commandLine(), "--repair-foreign: expected together with --repair");
        }
        if (sample > 0 && !key.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--sample and --key exclude each other");
        }
    }

    private List<String> selected(Settings settings) throws StartException {
        List<String> all = new ArrayList<>();
        settings.source()
                .forEach((source, table) -> table.route().keySet().forEach(route -> all.add(source + "." + route)));
        for (String name : names) {
            if (!all.contains(name)) {
                throw new StartException(
                        ExitCode.CONFIGURATION,
                        name + ": the configuration has no such route; it has " + String.join(", ", all));
            }
        }
        if (all.isEmpty()) {
            throw new StartException(ExitCode.CONFIGURATION, "the configuration has no route");
        }
        return names.isEmpty() ? all : names;
    }

    /** Returns whether the route was proven right. */
    private boolean verify(
            String name, RouteTables tables, PacedCalls calls, RouteFindings findings, VerifyReport report)
            throws StartException {
        Verification verification = tables.verification(Position.start(segments), calls, findings, Clock.systemUTC());
        long expected = sample > 0 ? 2L * sample : key.isEmpty() ? tables.items() + tables.rows() : 1;
        try (JobProgress shown = progress.start(
                "verify", name, "rows", spec.commandLine().getErr(), () -> progress(verification.counts(), expected))) {
            await(name, run(verification, tables, calls));
            shown.finished();
        }
        report.route(name, verification);
        return verification.counts().faults() == 0
                && verification.counts().undecided() == 0
                && verification.waited() != CatchUp.Result.BEHIND;
    }

    private CompletableFuture<Void> run(Verification verification, RouteTables tables, PacedCalls calls)
            throws StartException {
        if (sample > 0) {
            return verification.sample(sample, RandomGenerator.getDefault());
        }
        if (key.isEmpty()) {
            return verification.all();
        }
        Item sourceKey = KeyText.parse(key, tables.sourceKey(), spec.commandLine());
        return new KeyedReads(tables.tables().sourceClient(), tables.tables().source(), tables.sourceKey(), calls)
                .read(List.of(sourceKey), true)
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : verification.item(found.values().iterator().next()));
    }

    private static <T> T await(String name, CompletableFuture<T> call) throws StartException {
        try {
            return Calls.join(call);
        } catch (RuntimeException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    name + ": a call failed: " + WriteFailure.of(e).message());
        }
    }

    private static Progress progress(VerifyCounts counts, long expected) {
        Map<String, Long> found = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            found.put(kind.name().toLowerCase(Locale.ROOT), counts.found(kind));
        }
        return new Progress(counts.items() + counts.rows(), expected, found);
    }
}
