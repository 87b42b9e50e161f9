package dev.tributary.cli;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.http.access.NewToken;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary token}: creates a bearer token. Prints the token to standard error, so that the rest can go to a file. */
@Command(
        name = "token",
        description = "Creates a bearer token for the item endpoint, or with the right admin:write for the status page."
                + " Prints its line for the file of http.tokens or admin.tokens to standard output, and the token"
                + " itself to standard error. The token is not stored.",
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The name of the caller. Several tokens of one caller have the same name.")
    private String name = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "RIGHT",
            description =
                    "A right of the caller: RESOURCE:read, RESOURCE:write or RESOURCE:read,write. * is every resource.")
    private List<String> rights = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        NewToken made;
        try {
            made = NewToken.make(name, rights);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println(made.token());
        err.println(
                "is the token of " + name + ". It is not shown again. Send it to the caller over a secure channel.");
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.println(made.line());
        out.flush();
        return ExitCode.OK;
    }
}
