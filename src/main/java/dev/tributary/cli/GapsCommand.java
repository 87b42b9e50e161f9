package dev.tributary.cli;

import static java.util.Objects.requireNonNull;

import dev.tributary.cli.option.AbsentTable;
import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.inspect.Columns;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.read.GapPolicy;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** {@code tributary gaps}: lists changes that are missing in the targets because the stream has lost them. */
@Command(
        name = "gaps",
        description =
                "Lists the gaps in streams that were skipped (gaps=continue) and are not acknowledged. Until a gap"
                        + " is acknowledged, health shows its source as degraded.",
        mixinStandardHelpOptions = true)
final class GapsCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Parameters(
            paramLabel = "SOURCE",
            arity = "0..*",
            description = "Sources, as in the configuration. Default: all of them.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--acknowledge",
            description =
                    "Acknowledge the listed gaps, so that they are not reported any more. Sources with gaps=resync have to"
                            + " be named, because the repair of their targets is cancelled then.")
    private boolean acknowledge;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Remarks about lease tables that do not exist. */
    private final Set<String> absent = new LinkedHashSet<>();

    private record Found(String source, SourceSettings settings, SourceStateRow row, SourceState state) {

        /** Whether daemons repair the targets, and acknowledge the gaps then. */
        boolean repaired() {
            return settings.gaps() == GapPolicy.RESYNC;
        }
    }

    @Override
    public Integer call() throws StartException {
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        List<Found> found = new ArrayList<>();
        try (Clients clients = Clients.ofCommand(settings)) {
            try {
                for (String source : selected(settings)) {
                    find(source, settings, clients).ifPresent(found::add);
                }
            } finally {
                print(found, out); // also if a source cannot be read
                absent.forEach(spec.commandLine().getErr()::println);
            }
            if (found.isEmpty()) {
                out.println("There are no unacknowledged gaps.");
            } else if (acknowledge) {
                acknowledge(found, settings.leaseTable(), out);
            } else {
                advise(found, out);
            }
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    private Collection<String> selected(Settings settings) throws StartException {
        Set<String> all = settings.source().keySet();
        for (String name : names) {
            if (!all.contains(name)) {
                throw new StartException(
                        ExitCode.CONFIGURATION,
                        "%s: the configuration has no such source; it has %s".formatted(name, String.join(", ", all)));
            }
        }
        return names.isEmpty() ? all : new LinkedHashSet<>(names);
    }

    private Optional<Found> find(String name, Settings settings, Clients clients) throws StartException {
        SourceSettings source = requireNonNull(settings.source().get(name));
        SourceStateRow row = new SourceStateRow(clients.own(source), settings.leaseTable(), name);
        try {
            return row.read()
                    .filter(state -> !state.passed().isEmpty() || state.further() > 0)
                    .map(state -> new Found(name, source, row, state));
        } catch (ResourceNotFoundException e) {
            absent.add(AbsentTable.remark(settings.leaseTable(), clients.own(source)));
            return Optional.empty();
        } catch (SdkException e) {
            throw failed(name, settings.leaseTable(), e);
        }
    }

    private static StartException failed(String source, String leaseTable, SdkException thrown) {
        return new StartException(
                ExitCode.FAILED,
                "source." + source + ": the lease table " + leaseTable + " could not be read or written: "
                        + WriteFailure.of(thrown).message());
    }

    private static void print(List<Found> found, PrintWriter out) {
        Columns columns = new Columns("SOURCE", "AT", "WORKER", "GAP");
        for (Found one : found) {
            for (RecordedGap gap : one.state().passed()) {
                columns.row(one.source(), gap.at().toString(), gap.worker(), gap.description());
            }
            if (one.state().further() > 0) {
                columns.row(one.source(), "later", "", one.state().further() + " more, which are only in the log");
            }
        }
        if (!columns.isEmpty()) {
            columns.lines().forEach(out::println);
        }
    }

    private static void advise(List<Found> found, PrintWriter out) {
        String byHand =
                found.stream().filter(one -> !one.repaired()).map(Found::source).collect(Collectors.joining(" "));
        if (!byHand.isEmpty()) {
            out.println("To acknowledge them: tributary gaps " + byHand + " --acknowledge");
        }
        found.stream()
                .filter(Found::repaired)
                .forEach(one -> out.println(
                        one.source() + ": gaps = resync, so its gaps are acknowledged when its targets are repaired."));
    }

    private void acknowledge(List<Found> found, String leaseTable, PrintWriter out) throws StartException {
        for (Found one : found) {
            if (one.repaired() && !names.contains(one.source())) {
                throw new StartException(
                        ExitCode.CONFIGURATION,
                        ("source.%s has gaps = resync: the repair of its targets would be cancelled. Nothing was"
                                        + " acknowledged; name the sources, such as: tributary gaps %s --acknowledge")
                                .formatted(one.source(), one.source()));
            }
        }
        for (Found one : found) {
            try {
                one.row().acknowledge(one.state().passed(), one.state().further());
            } catch (SdkException e) {
                throw failed(one.source(), leaseTable, e);
            }
            out.println(one.source() + ": acknowledged. Health is updated within seconds.");
        }
    }
}
