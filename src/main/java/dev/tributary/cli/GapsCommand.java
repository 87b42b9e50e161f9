package dev.tributary.cli;

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
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Option(
            names = "--acknowledge",
            description = "Acknowledge the listed gaps, so that they are not reported any more.")
    private boolean acknowledge;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Columns columns = new Columns("SOURCE", "AT", "WORKER", "GAP");
    private int found;

    @Override
    public Integer call() throws StartException {
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients = Clients.ofCommand(settings)) {
            for (var source : settings.source().entrySet()) {
                list(source.getKey(), source.getValue(), settings.leaseTable(), clients);
            }
        }
        if (found == 0) {
            out.println("There are no unacknowledged gaps.");
        } else {
            columns.lines().forEach(out::println);
            out.println(
                    acknowledge
                            ? "Acknowledged. Health is updated within seconds."
                            : "To acknowledge them: tributary gaps --acknowledge");
        }
        out.flush();
        return ExitCode.OK;
    }

    private void list(String name, SourceSettings source, String leaseTable, Clients clients) throws StartException {
        SourceStateRow row = new SourceStateRow(clients.own(source), leaseTable, name);
        try {
            Optional<SourceState> state = row.read();
            if (state.isEmpty()
                    || (state.get().passed().isEmpty() && state.get().further() == 0)) {
                return;
            }
            found++;
            for (RecordedGap gap : state.get().passed()) {
                columns.row(name, gap.at().toString(), gap.worker(), gap.description());
            }
            if (state.get().further() > 0) {
                columns.row(name, "later", "", state.get().further() + " more, which are only in the log");
            }
            if (acknowledge) {
                row.acknowledge(state.get().passed());
            }
        } catch (ResourceNotFoundException e) {
            return; // no worker has read the source yet
        } catch (SdkException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    "source." + name + ": the lease table " + leaseTable + " could not be read or written: "
                            + WriteFailure.of(e).message());
        }
    }
}
