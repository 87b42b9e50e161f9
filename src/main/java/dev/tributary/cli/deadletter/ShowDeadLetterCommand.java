package dev.tributary.cli.deadletter;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.model.Change;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters show}: prints one dead letter with the key of its item and both images. */
@Command(
        name = "show",
        description = "Prints one dead letter as JSON, with the key and both images of its item.",
        mixinStandardHelpOptions = true)
final class ShowDeadLetterCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Parameters(
            paramLabel = "CHANGE",
            converter = DeadLetterId.OfChange.class,
            description = "The identifier of the change, as `list` prints it, such as 1a2b3c4d/300000000000000000001.")
    private DeadLetterId id = new DeadLetterId("", "");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException {
        PrintWriter out = spec.commandLine().getOut();
        try (DeadLetterRoutes routes = options.open()) {
            boolean found = false;
            for (FoundDeadLetter one : FoundDeadLetter.all(routes, id)) {
                DeadLetterRoute route = one.route();
                Optional<Change> change = route.await(route.deadLetters().change(one.deadLetter()));
                if (change.isPresent()) {
                    found = true;
                    out.println(DeadLetterJson.full(route.name(), one.deadLetter(), change.get(), !options.json()));
                }
            }
            out.flush();
            if (!found) {
                throw FoundDeadLetter.none(routes, id);
            }
        }
        return ExitCode.OK;
    }
}
