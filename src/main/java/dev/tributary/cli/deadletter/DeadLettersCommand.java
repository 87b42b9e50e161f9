package dev.tributary.cli.deadletter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters}: the commands about dead letters. */
@Command(
        name = "dead-letters",
        description =
                "Lists, shows, redrives and discards dead letters: changes that a target refused, and the later changes"
                        + " of the same items.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ListDeadLettersCommand.class,
            ShowDeadLetterCommand.class,
            RedriveCommand.class,
            DiscardCommand.class
        })
public final class DeadLettersCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, show, redrive or discard");
    }
}
