package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceRows;
import dev.tributary.stream.lease.WorkerReport;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** {@code tributary forget}: deletes the rows of one source from the lease table. */
@Command(
        name = "forget",
        description =
                "Deletes what workers have recorded of a source in the lease table: its leases, its stream, its identity and"
                        + " its gaps. The next worker that reads the source applies the last 24 hours of its stream again."
                        + " Refused while a worker reads the source. Targets and dead letters are not changed.",
        mixinStandardHelpOptions = true)
final class ForgetCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Parameters(paramLabel = "SOURCE", description = "The source, as in the configuration.")
    private String name = "";

    @Option(names = "--yes", description = "Delete the rows. Default: only print how many there are.")
    private boolean yes;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();

    /** Waits between two reads of the lease table. */
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    /** Replaced in tests, which change the table instead. */
    Pause pause = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());

    @Override
    public Integer call() throws StartException, InterruptedException {
        Settings settings = config.load();
        SourceSettings source = settings.source().get(name);
        if (source == null) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    "%s: the configuration has no such source; it has %s"
                            .formatted(name, String.join(", ", settings.source().keySet())));
        }
        String table = settings.leaseTable();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients = Clients.ofCommand(settings)) {
            DynamoDbAsyncClient client = clients.own(source);
            LeaseTimings timings = new LeaseTimings(settings.lease().duration());
            SourceRows rows = rows(client, table);
            refuse(rows.readers(timings, clock.instant()));
            if (yes && !rows.keys().isEmpty()) {
                // The clock may be wrong, here or at a worker. A live worker writes, whatever the time is.
                pause.sleep(WorkerReport.longestPause(timings));
                SourceRows later = rows(client, table);
                refuse(later.readersSince(rows));
                rows = later;
                rows.delete(client, table);
            }
            out.println("source %s: %d rows %s table %s (%s)%s"
                    .formatted(
                            name,
                            rows.keys().size(),
                            yes ? "deleted from" : "in",
                            table,
                            Clients.placeOf(client),
                            yes || rows.keys().isEmpty()
                                    ? ""
                                    : ". To delete them: tributary forget " + name + " --yes"));
        } catch (SdkException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    "source.%s: the lease table %s could not be read or written: %s"
                            .formatted(name, table, WriteFailure.of(e).message()));
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    private void refuse(Collection<String> readers) throws StartException {
        if (!readers.isEmpty()) {
            throw new StartException(
                    ExitCode.FAILED,
                    "source.%s is read by %s: stop these workers, and run this again"
                            .formatted(name, String.join(", ", readers)));
        }
    }

    private SourceRows rows(DynamoDbAsyncClient client, String table) {
        try {
            return SourceRows.read(client, table, name);
        } catch (ResourceNotFoundException e) {
            return new SourceRows(name, List.of());
        }
    }
}
