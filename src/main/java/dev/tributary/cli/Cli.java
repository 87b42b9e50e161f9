package dev.tributary.cli;

import dev.tributary.cli.deadletter.DeadLettersCommand;
import dev.tributary.cli.inspect.ExplainCommand;
import dev.tributary.cli.inspect.IamCommand;
import dev.tributary.cli.inspect.PlanCommand;
import dev.tributary.cli.inspect.StatusCommand;
import dev.tributary.cli.pause.PauseCommand;
import dev.tributary.cli.pause.ResumeCommand;
import dev.tributary.daemon.ProgramVersion;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line {@code tributary}. */
@Command(
        name = "tributary",
        description = "Replicates DynamoDB tables through their streams.",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            HealthCommand.class,
            TokenCommand.class,
            DeadLettersCommand.class,
            GapsCommand.class,
            ForgetCommand.class,
            StatusCommand.class,
            ExplainCommand.class,
            PlanCommand.class,
            VerifyCommand.class,
            BackfillCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            IamCommand.class,
            CommandLine.HelpCommand.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Cli {

    private static final String RUN = "run";

    /**
     * Runs a command.
     *
     * @return the exit code: 0 for success, 1 for a failure that may pass, 2 for an invalid command line or
     *     configuration, 3 for tables that do not fit the configuration
     */
    public static int execute(String... args) {
        // Before anything else is loaded, so that a signal in the first second of a daemon takes effect.
        StopSignal stop = args.length > 0 && args[0].equals(RUN) ? StopSignal.install() : new StopSignal();
        return commandLine(stop).execute(args);
    }

    public static CommandLine commandLine() {
        return commandLine(new StopSignal());
    }

    private static CommandLine commandLine(StopSignal stop) {
        CommandLine.IFactory byDefault = CommandLine.defaultFactory();
        CommandLine.IFactory factory = new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                return type == RunCommand.class ? type.cast(new RunCommand(stop)) : byDefault.create(type);
            }
        };
        return new CommandLine(new Cli(), factory)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command.getErr()));
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof StartException start) {
            err.println(start.getMessage());
            err.flush();
            return start.exitCode();
        }
        LoggerFactory.getLogger(Cli.class).error("failed", failure);
        return ExitCode.FAILED;
    }
}
