package dev.tributary.cli.pause;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that pauses or resumes one route. */
abstract class RouteSwitch implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Parameters(paramLabel = "ROUTE", description = "<source>.<route>, as in the configuration.")
    private String route = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws StartException {
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients = Clients.ofCommand(settings)) {
            run(PausedRoute.of(InspectedSources.of(settings, clients), route), clock.instant(), out);
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    /** Pauses or resumes the route, and prints what that means for its source. */
    abstract void run(PausedRoute found, Instant now, PrintWriter out) throws StartException;
}
