package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.HttpFiles;
import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TableAccess;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.AgreedSource;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalSettings;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStartException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** {@code tributary check}: makes the checks of a start, without starting. */
@Command(
        name = "check",
        description =
                "Checks the configuration, and the tables against it, as a start does. Creates and starts nothing.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(names = "--offline", description = "Check the configuration and its files only, without the tables.")
    private boolean offline;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException {
        Settings settings = config.load();
        HttpFiles.check(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (offline || settings.local().mode() != LocalSettings.Mode.OFF) {
            printPermissions(settings, out);
            out.println("The configuration is valid. The tables were not checked"
                    + (offline ? "." : ": DynamoDB Local starts with the daemon."));
            return ExitCode.OK;
        }
        LeaseTimings timings = new LeaseTimings(settings.lease().duration());
        try (Clients clients = new Clients(settings.aws(), null, timings.writeTimeout(), 0)) {
            CheckedTables tables = TableChecks.run(settings, clients);
            checkAgreed(settings, tables, clients);
            tables.plans().forEach(out::println);
        }
        printPermissions(settings, out);
        out.println("The configuration is valid, and the tables fit it.");
        return ExitCode.OK;
    }

    /** A start compares each source with what its workers have read before. */
    private static void checkAgreed(Settings settings, CheckedTables tables, Clients clients) throws StartException {
        List<String> refused = new ArrayList<>();
        for (String source : settings.source().keySet()) {
            try {
                AgreedSource.read(source, settings, tables, clients);
            } catch (SourceStartException e) {
                refused.add(String.valueOf(e.getMessage()));
            } catch (SdkException e) {
                // Without a lease table, nothing was read.
                if (!(e instanceof ResourceNotFoundException)) {
                    throw new StartException(
                            ExitCode.FAILED,
                            "The lease table " + settings.leaseTable() + " cannot be read: "
                                    + WriteFailure.of(e).message());
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new StartException(ExitCode.CONFIGURATION, String.join("\n", refused));
        }
    }

    private static void printPermissions(Settings settings, PrintWriter out) {
        out.println("The daemon needs these actions of DynamoDB; tributary iam prints them as a policy:");
        for (TableAccess table : TablePermissions.of(settings, Program.DAEMON, true)) {
            out.println("  " + table.resource()
                    + table.region().map(region -> " in " + region).orElse("")
                    + table.role().map(role -> " through " + role).orElse("") + ": "
                    + String.join(", ", table.actions()));
        }
        out.flush();
    }
}
