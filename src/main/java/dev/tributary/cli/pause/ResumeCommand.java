package dev.tributary.cli.pause;

import dev.tributary.daemon.settings.StartException;
import dev.tributary.inspect.status.RouteStatus;
import dev.tributary.inspect.status.SourceStatus;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code tributary resume}: lets the source of a paused route be read again. */
@Command(
        name = "resume",
        description = "Resumes a paused route: the daemons read its source again within 5 s, from where they stopped.",
        mixinStandardHelpOptions = true)
public final class ResumeCommand extends RouteSwitch {

    @Override
    void run(PausedRoute found, Instant now, PrintWriter out) throws StartException {
        Optional<Instant> before = found.await(found.route().pauses().resume(found.name()));
        out.println(before.map(since -> found.name() + " is resumed; it was paused since " + since + ".")
                .orElse(found.name() + " was not paused."));
        SourceStatus status = found.status(now);
        String paused = status.routes().stream()
                .filter(other -> !other.enabled()
                        || other.paused().value().flatMap(since -> since).isPresent())
                .map(RouteStatus::name)
                .collect(Collectors.joining(", "));
        out.println(
                paused.isEmpty()
                        ? "Daemons read source %s within 5 s. %s"
                                .formatted(found.source().name(), PausedRoute.timeLeft(status, now))
                        : "Source %s is still not read, because of %s."
                                .formatted(found.source().name(), paused));
    }
}
