package dev.tributary.cli;

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
final class ShowLetterCommand implements Callable<Integer> {

    @Mixin
    private LetterOptions options = new LetterOptions();

    @Parameters(
            paramLabel = "CHANGE",
            converter = LetterId.OfChange.class,
            description = "The change, as `list` names it, such as 1a2b3c4d/300000000000000000001.")
    private LetterId id = new LetterId("", "");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException {
        PrintWriter out = spec.commandLine().getOut();
        try (LetterRoutes routes = options.open()) {
            boolean found = false;
            for (FoundLetter letter : FoundLetter.all(routes, id)) {
                LetterRoute route = letter.route();
                Optional<Change> change = route.answer(route.letters().change(letter.letter()));
                if (change.isPresent()) {
                    found = true;
                    out.println(LetterJson.full(route.name(), letter.letter(), change.get(), !options.json()));
                }
            }
            out.flush();
            if (!found) {
                throw FoundLetter.none(id);
            }
        }
        return ExitCode.OK;
    }
}
