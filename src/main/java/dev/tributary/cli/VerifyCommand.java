package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.cli.option.NumberRange;
import dev.tributary.cli.progress.JobProgress;
import dev.tributary.cli.progress.Progress;
import dev.tributary.cli.progress.ProgressOptions;
import dev.tributary.daemon.jobs.RouteFindings;
import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.jobs.RouteVerification;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.inspect.KeyText;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifyCounts;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.replication.CatchUp;
import java.time.Duration;
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

    private static final String NOT_LOOKED = "rows of it were not looked for, because verify without --key finds them";

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private ProgressOptions progress = new ProgressOptions();

    @Mixin
    private RouteOptions routes = new RouteOptions();

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
        boolean right = true;
        try (VerifyReport report = new VerifyReport(spec.commandLine().getOut(), json, limit);
                Clients clients = Clients.ofCommand(settings, Clients.JOB_WRITE_TIMEOUT)) {
            List<RouteJobs> selected = routes.select(settings, clients, timer);
            JobLimits limits = routes.limits(timer);
            for (RouteJobs route : selected) {
                right &= verify(route, limits, report);
            }
        } finally {
            timer.shutdownNow();
        }
        return right ? ExitCode.OK : ExitCode.FAILED;
    }

    private void checkOptions() {
        NumberRange.NOT_NEGATIVE.check(spec, "--sample", sample);
        NumberRange.NOT_NEGATIVE.check(spec, "--limit", limit);
        NumberRange.NOT_NEGATIVE.check(spec, "--wait", wait);
        if (repairForeign && !repair) {
            throw new ParameterException(spec.commandLine(), "--repair-foreign: expected together with --repair");
        }
        if (sample > 0 && !key.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--sample and --key exclude each other");
        }
    }

    /** Returns whether the route was proven right. */
    private boolean verify(RouteJobs route, JobLimits limits, VerifyReport report) throws StartException {
        RouteVerification parts = RouteCalls.await(route, route.verification(Duration.ofSeconds(wait)));
        Optional<LockedRepair> repairs = repair
                ? Optional.of(LockedRepair.of(
                        route, parts, limits, repairForeign, spec.commandLine().getErr()))
                : Optional.empty();
        Verification verification = parts.verification(
                Position.start(routes.segments()),
                limits.reads(),
                new RouteFindings(
                        parts.deadLetters(), differences -> found(route.name(), differences, report, repairs)),
                1);
        long expected = sample > 0 ? 2L * sample : key.isEmpty() ? parts.items() + parts.rows() : 1;
        Optional<String> absent;
        try (JobProgress shown = progress.start(
                "verify",
                route.name(),
                "rows",
                spec.commandLine().getErr(),
                () -> progress(verification.counts(), expected))) {
            absent = RouteCalls.await(route, run(verification, parts, limits.reads()));
            shown.finished();
        }
        report.route(route.name(), verification, absent);
        return verification.counts().faults() == 0
                && verification.counts().undecided() == 0
                && verification.waited() != CatchUp.Result.BEHIND;
    }

    /** Lists differences, and repairs them if they are to be. */
    private static CompletableFuture<List<Difference>> found(
            String route, List<Difference> differences, VerifyReport report, Optional<LockedRepair> repairs) {
        differences.forEach(difference -> report.difference(route, difference));
        return repairs.map(locked -> locked.repair(differences))
                .orElseGet(() -> CompletableFuture.completedFuture(differences));
    }

    /** Completes with a remark if there is no item, or no row of it, to verify. */
    private CompletableFuture<Optional<String>> run(
            Verification verification, RouteVerification parts, PacedCalls calls) {
        if (key.isEmpty()) {
            return (sample > 0 ? verification.sample(sample, RandomGenerator.getDefault()) : verification.all())
                    .thenApply(done -> Optional.empty());
        }
        KeySchema schema = parts.route().sourceKey();
        Item sourceKey = sourceKey(schema);
        return new KeyedReads(parts.tables().sourceClient(), parts.tables().source(), schema, calls)
                .read(List.of(sourceKey), true)
                .thenCompose(found -> found.isEmpty()
                        ? verification
                                .absent(sourceKey)
                                .thenApply(looked -> Optional.of(noItem(looked, verification.counts())))
                        : verification.item(found.values().iterator().next()).thenApply(looked -> Optional.of(
                                        "the item has no key in the target, so it has no row; " + NOT_LOOKED)
                                .filter(remark -> !looked)));
    }

    private static String noItem(boolean looked, VerifyCounts counts) {
        boolean none = looked && counts.faults() == 0 && counts.undecided() == 0;
        return "the source has no item with this key"
                + (none ? ", and the target has no row of it" : "")
                + (looked ? "" : "; " + NOT_LOOKED);
    }

    private Item sourceKey(KeySchema schema) {
        try {
            return KeyText.parse(key, schema);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
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
