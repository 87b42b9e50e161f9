package dev.tributary.cli.inspect;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.cli.option.NumberRange;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.plan.Costs;
import dev.tributary.inspect.plan.Load;
import dev.tributary.inspect.plan.PlanJson;
import dev.tributary.inspect.plan.PlanReader;
import dev.tributary.inspect.plan.PlanText;
import dev.tributary.inspect.plan.Prices;
import dev.tributary.inspect.plan.SharedCosts;
import dev.tributary.inspect.plan.SourceEstimate;
import dev.tributary.inspect.plan.StreamRate;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.model.Failures;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.stream.lease.LeaseTimings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** {@code tributary plan}: samples the sources and prints sizes, collisions and costs. */
@Command(
        name = "plan",
        description =
                "Samples the source tables, and estimates rows, sizes, write units, collisions, items that will be parked,"
                        + " and costs of backfill and replication. Writes nothing.",
        mixinStandardHelpOptions = true)
public final class PlanCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private SourceOption source = new SourceOption();

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Items to read of each source; a smaller table is read as a whole. Default: ${DEFAULT-VALUE}.")
    private int sample = 1000;

    @Option(
            names = "--read-units",
            paramLabel = "N",
            defaultValue = "100",
            description = "Read units a second that the sample may use. Default: ${DEFAULT-VALUE}.")
    private double readUnits = 100;

    @Option(
            names = "--changes-per-second",
            paramLabel = "N",
            description =
                    "Changes of each source a second, on average. Default: measured, by a few pages of its stream.")
    private @Nullable Double changes;

    @Option(
            names = "--moves",
            paramLabel = "PERCENT",
            description =
                    "Changes that move a row to another key, of 100. Default: measured, or 0 with --changes-per-second.")
    private @Nullable Double moves;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "Workers that run. Default: ${DEFAULT-VALUE}.")
    private int workers = 1;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "Prices to compute with. Default: those of us-east-1.")
    private @Nullable Path prices;

    @Option(names = "--json", description = "Print JSON, one object per source and one per lease table.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws StartException {
        new NumberRange(1, 1_000_000).check(spec, "--sample", sample);
        new NumberRange(1, 1_000_000).check(spec, "--read-units", readUnits);
        new NumberRange(0, 10_000_000).check(spec, "--changes-per-second", changes == null ? 0 : changes);
        new NumberRange(0, 100).check(spec, "--moves", moves == null ? 0 : moves);
        new NumberRange(1, 10_000).check(spec, "--workers", workers);
        Prices known = prices();
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, task -> new Thread(task, "sample"));
        Map<String, List<SourceEstimate>> places = new LinkedHashMap<>();
        try (Clients clients = Clients.ofCommand(settings)) {
            PacedCalls calls = new PacedCalls(new UnitRateLimiter(readUnits, System::nanoTime), timer);
            for (InspectedSource one : source.select(InspectedSources.of(settings, clients))) {
                PlanReader reader = new PlanReader(one, calls, RandomGenerator.getDefault());
                SourceEstimate estimate = estimate(one, reader);
                places.computeIfAbsent(Clients.placeOf(one.own()), place -> new ArrayList<>())
                        .add(estimate);
                Costs costs = new Costs(estimate, load(one, rate(one, reader)), known);
                if (json) {
                    out.println(PlanJson.of(estimate, costs, known));
                } else {
                    PlanText.lines(estimate, costs, known).forEach(out::println);
                }
            }
        } finally {
            timer.shutdownNow();
        }
        places.forEach((place, sources) -> print(
                new SharedCosts(
                        settings.leaseTable(),
                        place,
                        sources.stream().map(SourceEstimate::source).toList(),
                        sources.stream().mapToInt(SourceEstimate::shards).sum(),
                        workers,
                        new LeaseTimings(settings.lease().duration()),
                        known),
                out));
        out.flush();
        return ExitCode.OK;
    }

    private void print(SharedCosts shared, PrintWriter out) {
        if (json) {
            out.println(PlanJson.of(shared));
        } else {
            PlanText.lines(shared).forEach(out::println);
        }
    }

    /** The changes of a source: given, or measured. */
    private StreamRate rate(InspectedSource one, PlanReader reader) {
        double given = moves == null ? 0 : moves / 100;
        if (changes != null) {
            return new StreamRate(changes, given, 0, 0);
        }
        try {
            StreamRate measured = reader.rate(clock.instant())
                    .orElseThrow(() ->
                            SdkClientException.create("table " + one.settings().table() + " has no stream"));
            return moves == null
                    ? measured
                    : new StreamRate(measured.changes(), given, measured.records(), measured.shards());
        } catch (SdkException e) {
            spec.commandLine()
                    .getErr()
                    .println("source." + one.name()
                            + ": its changes cannot be measured, so the idle cost is shown; give"
                            + " --changes-per-second: " + WriteFailure.of(e).message());
            return new StreamRate(0, given, 0, 0);
        }
    }

    private Load load(InspectedSource one, StreamRate rate) {
        return new Load(
                rate,
                workers,
                one.timings(),
                one.settings().pollInterval(),
                one.settings().idlePollInterval(),
                one.settings().checkpointInterval(),
                one.routes().stream().collect(Collectors.toMap(InspectedRoute::name, route -> route.settings()
                        .verify())));
    }

    private SourceEstimate estimate(InspectedSource one, PlanReader reader) throws StartException {
        try {
            return reader.read(sample).join();
        } catch (CompletionException e) {
            WriteFailure failure = WriteFailure.of(Failures.unwrap(e));
            throw new StartException(
                    failure.kind() == WriteFailure.Kind.CAPACITY ? ExitCode.FAILED : ExitCode.TABLES,
                    "source.%s: table %s (%s), its lease table or a target cannot be described or read: %s"
                            .formatted(one.name(), one.settings().table(), one.place(), failure.message()));
        }
    }

    private Prices prices() throws StartException {
        try {
            return prices == null ? Prices.usual() : Prices.read(prices);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }
}
