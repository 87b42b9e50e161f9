package dev.tributary.cli.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.status.Finding;
import dev.tributary.inspect.status.SourceStatus;
import dev.tributary.inspect.status.StatusCheck;
import dev.tributary.inspect.status.StatusJson;
import dev.tributary.inspect.status.StatusReader;
import dev.tributary.inspect.status.StatusText;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tributary status}: prints the workers and the progress of the sources, and what an operator has to do. */
@Command(
        name = "status",
        description =
                "Prints the workers, shards, progress, dead letters and gaps of all sources, from the tables alone: no daemon"
                        + " has to run. The exit code is 0 if all is well, 1 if something needs a person, 3 if a table is missing"
                        + " or denied.",
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private SourceOption source = new SourceOption();

    @Option(names = "--json", description = "Print JSON, one object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws StartException {
        Settings settings = config.load();
        List<SourceStatus> sources;
        Instant now = clock.instant();
        try (Clients clients = Clients.ofCommand(settings)) {
            sources = read(source.select(InspectedSources.of(settings, clients)), now);
        }
        List<Finding> findings = sources.stream()
                .flatMap(status -> StatusCheck.of(status, now).stream())
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode report = new StatusJson(now).of(sources, findings);
            out.println(report);
        } else {
            print(sources, findings, now, out);
        }
        out.flush();
        return exitCode(findings);
    }

    private static List<SourceStatus> read(List<InspectedSource> sources, Instant now) {
        List<CompletableFuture<SourceStatus>> reads =
                sources.stream().map(one -> StatusReader.read(one, now)).toList();
        return reads.stream().map(CompletableFuture::join).toList();
    }

    private static void print(List<SourceStatus> sources, List<Finding> findings, Instant now, PrintWriter out) {
        StatusText text = new StatusText(now);
        List<String> lines = new ArrayList<>();
        for (SourceStatus status : sources) {
            lines.addAll(text.lines(status));
            lines.add("");
        }
        findings.stream().map(StatusText::line).forEach(lines::add);
        if (findings.stream().allMatch(finding -> finding.kind() == Finding.Kind.NOTE)) {
            lines.add("Nothing needs a person.");
        }
        lines.forEach(out::println);
    }

    private static int exitCode(List<Finding> findings) {
        return switch (findings.stream()
                .map(Finding::kind)
                .max(Comparator.naturalOrder())
                .orElse(Finding.Kind.NOTE)) {
            case NOTE -> ExitCode.OK;
            case UNREADABLE, PERSON -> ExitCode.FAILED;
            case TABLES -> ExitCode.TABLES;
        };
    }
}
