package dev.tributary.cli.pause;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import dev.tributary.inspect.status.RouteStatus;
import dev.tributary.inspect.status.SourceStatus;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tributary resume}: lets the source of a paused route be read again. */
@Command(
        name = "resume",
        description = "Resumes a paused route: the daemons read its source again within 5 s, from where they stopped.",
        mixinStandardHelpOptions = true)
public final class ResumeCommand implements Callable<Integer> {

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
            Optional<Instant> before = found.await(found.route().pauses().resume(route));
            out.println(before.map(since -> route + " is resumed; it was paused since " + since + ".")
                    .orElse(route + " was not paused."));
            Instant now = clock.instant();
            SourceStatus status = found.status(now);
            String paused = status.routes().stream()
                    .filter(other -> !other.enabled()
                            || other.paused().value().flatMap(since -> since).isPresent())
                    .map(RouteStatus::name)
                    .collect(Collectors.joining(", "));
            out.println(
                    paused.isEmpty()
                            ? "Daemons read source %s within 5 s. %s"
                                    .formatted(found.source().name(), PauseSwitch.timeLeft(status, now))
                            : "Source %s is still not read, because of %s."
                                    .formatted(found.source().name(), paused));
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }
}
