package dev.tributary.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters}: what people do about parked changes. */
@Command(
        name = "dead-letters",
        description = "Shows parked changes, brings them to their targets once more, or takes them out.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ListDeadLettersCommand.class,
            ShowDeadLetterCommand.class,
            RedriveCommand.class,
            DiscardCommand.class
        })
final class DeadLettersCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, show, redrive or discard");
    }
}
