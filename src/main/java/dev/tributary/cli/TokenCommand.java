package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.http.access.NewToken;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary token}: makes a bearer token. The token itself goes to standard error, so the rest can go to a file. */
@Command(
        name = "token",
        description = "Makes a bearer token for the write endpoint. Prints the line for the file of http.tokens to"
                + " standard output, and the token, this once, to standard error.",
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "Who it is for. Another token for the same caller takes the same name.")
    private String name = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "RIGHT",
            description = "What it is for: ROUTE:read, ROUTE:write or ROUTE:read,write; * is every route.")
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
        err.println("is the token of " + name + ". It is shown only now; give it to the caller over a safe way.");
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.println(made.line());
        out.flush();
        return ExitCode.OK;
    }
}
