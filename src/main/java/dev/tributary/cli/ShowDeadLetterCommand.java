package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.StartException;
import dev.tributary.model.Change;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary dead-letters show}: one parked change with the key of its item and both images. */
@Command(
        name = "show",
        description = "Prints one parked change as JSON, with the key and both images of its item.",
        mixinStandardHelpOptions = true)
final class ShowDeadLetterCommand implements Callable<Integer> {

    @Mixin
    private DeadLetterOptions options = new DeadLetterOptions();

    @Parameters(
            paramLabel = "CHANGE",
            converter = DeadLetterId.OfChange.class,
            description = "The change, as `list` names it, such as 1a2b3c4d/300000000000000000001.")
    private DeadLetterId id = new DeadLetterId("", "");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException {
        PrintWriter out = spec.commandLine().getOut();
        try (DeadLetterRoutes routes = options.open()) {
            boolean found = false;
            for (FoundDeadLetter letter : FoundDeadLetter.all(routes, id)) {
                DeadLetterRoute route = letter.route();
                Optional<Change> change = route.answer(route.letters().change(letter.letter()));
                if (change.isPresent()) {
                    found = true;
                    out.println(DeadLetterJson.full(route.name(), letter.letter(), change.get(), !options.json()));
                }
            }
            out.flush();
            if (!found) {
                throw FoundDeadLetter.none(id);
            }
        }
        return ExitCode.OK;
    }
}
