package dev.tributary.cli.inspect;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.policy.PolicyDocument;
import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TableAccess;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tributary iam}: prints the least policy for a configuration. Makes no call. */
@Command(
        name = "iam",
        description = "Prints the least policy of IAM with which a daemon runs with this configuration, as JSON.",
        mixinStandardHelpOptions = true)
public final class IamCommand implements Callable<Integer> {

    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}|\\*");
    private static final Pattern REGION = Pattern.compile("[a-z][a-z0-9-]{0,62}|\\*");

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(
            names = "--commands",
            description = "Print the policy of the commands of operators (status, verify, backfill, dead-letters, …)"
                    + " instead of the daemon's.")
    private boolean commands;

    @Option(
            names = "--no-create",
            description = "Leave out what creates the daemon's own tables, for a daemon whose tables all exist.")
    private boolean noCreate;

    @Option(
            names = "--account",
            paramLabel = "ID",
            description = "The account of tables for which the configuration says none. Default: any.",
            defaultValue = "*")
    private String account = "*";

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "The region of tables for which the configuration names none. Default: any.",
            defaultValue = "*")
    private String region = "*";

    @Option(
            names = "--role",
            paramLabel = "ARN",
            description =
                    "Print the policy of this role, which the daemon assumes for some tables. Default: that of the"
                            + " daemon's own role, which may assume the others.")
    private @Nullable String role;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException {
        require(ACCOUNT, "--account", account, "12 digits");
        require(REGION, "--region", region, "the code of a region");
        Settings settings = config.load();
        Program program = commands ? Program.COMMANDS : Program.DAEMON;
        PrintWriter out = spec.commandLine().getOut();
        List<TableAccess> all = TablePermissions.of(settings, program, !noCreate);
        if (role != null
                && all.stream()
                        .noneMatch(table -> table.role().filter(role::equals).isPresent())) {
            throw new ParameterException(
                    spec.commandLine(), "--role = " + role + ": no table of the configuration is used through it");
        }
        out.println(PolicyDocument.of(all, Optional.ofNullable(role), region, account)
                .json());
        return ExitCode.OK;
    }

    private void require(Pattern pattern, String option, String value, String expected) {
        if (!pattern.matcher(value).matches()) {
            throw new ParameterException(
                    spec.commandLine(), option + " = " + value + ": expected " + expected + ", or * for any");
        }
    }
}
