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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary pause}: stops the reading of a source until its route is resumed. */
@Command(
        name = "pause",
        description =
                "Pauses a route, also over restarts: the daemons stop reading its source within 5 s, on all its routes, so that"
                        + " no change is lost. The stream keeps changes for 24 hours; the time left is printed, and is in"
                        + " `tributary status` and in health.",
        mixinStandardHelpOptions = true)
public final class PauseCommand implements Callable<Integer> {

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
            PauseSwitch found = PauseSwitch.of(InspectedSources.of(settings, clients), route);
            Instant now = clock.instant();
            Instant since = found.await(found.route().pauses().pause(route, now));
            out.println("%s is paused%s. Daemons stop reading source %s within 5 s, and finish what they have read."
                    .formatted(
                            route,
                            since.equals(now) ? "" : " already, since " + since,
                            found.source().name()));
            if (!found.others().isEmpty()) {
                out.println("Routes of the same source wait too: " + found.others());
            }
            out.println(PauseSwitch.timeLeft(found.status(now), now) + " To go on: tributary resume " + route);
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }
}
