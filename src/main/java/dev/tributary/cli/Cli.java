package dev.tributary.cli;

import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line {@code tributary}. */
@Command(
        name = "tributary",
        description = "Keeps DynamoDB tables in step through their streams.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            HealthCommand.class,
            TokenCommand.class,
            DeadLettersCommand.class,
            GapsCommand.class
        })
public final class Cli {

    private static final Logger log = LoggerFactory.getLogger(Cli.class);

    /**
     * Runs the command line to its end.
     *
     * @return the exit code: 0; 1 after a failure that may not happen again; 2 for a wrong command line or
     *     configuration; 3 where the tables do not fit
     */
    public static int execute(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Cli())
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command.getErr()));
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof StartException start) {
            err.println(start.getMessage());
            err.flush();
            return start.exitCode();
        }
        log.error("failed", failure);
        return ExitCode.FAILED;
    }
}
