package dev.tributary.cli.pause;

import dev.tributary.daemon.settings.StartException;
import java.io.PrintWriter;
import java.time.Instant;
import picocli.CommandLine.Command;

/** {@code tributary pause}: stops the reading of a source until its route is resumed. */
@Command(
        name = "pause",
        description =
                "Pauses a route, also over restarts: the daemons stop reading its source within 5 s, on all its routes, so that"
                        + " no change is lost. The stream keeps changes for 24 hours; the time left is printed, and is in"
                        + " `tributary status` and in health.",
        mixinStandardHelpOptions = true)
public final class PauseCommand extends RouteSwitch {

    @Override
    void run(PausedRoute found, Instant now, PrintWriter out) throws StartException {
        Instant since = found.await(found.route().pauses().pause(found.name(), now));
        out.println("%s is paused%s. Daemons stop reading source %s within 5 s, and finish what they have read."
                .formatted(
                        found.name(),
                        since.equals(now) ? "" : " already, since " + since,
                        found.source().name()));
        if (!found.others().isEmpty()) {
            out.println("The other routes of the source wait too: " + found.others());
        }
        out.println(PausedRoute.timeLeft(found.status(now), now) + " To go on: tributary resume " + found.name());
    }
}
