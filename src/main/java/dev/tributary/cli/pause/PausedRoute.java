package dev.tributary.cli.pause;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.status.SourceStatus;
import dev.tributary.inspect.status.StatusReader;
import dev.tributary.model.TrimHorizon;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** A route that is to be paused or resumed, and its source. */
record PausedRoute(InspectedSource source, InspectedRoute route) {

    /**
     * Finds a route.
     *
     * @param name {@code <source>.<route>}
     * @throws StartException if the configuration has no such route
     */
    static PausedRoute of(List<InspectedSource> sources, String name) throws StartException {
        for (InspectedSource source : sources) {
            for (InspectedRoute route : source.routes()) {
                if (route.name().equals(name)) {
                    return new PausedRoute(source, route);
                }
            }
        }
        throw new StartException(
                ExitCode.CONFIGURATION,
                "%s: the configuration has no such route; it has %s"
                        .formatted(
                                name,
                                sources.stream()
                                        .flatMap(source -> source.routes().stream())
                                        .map(InspectedRoute::name)
                                        .collect(Collectors.joining(", "))));
    }

    /** {@code <source>.<route>}. */
    String name() {
        return route.name();
    }

    /** The other routes of the source, comma-separated; empty if there are none. */
    String others() {
        return source.routes().stream()
                .map(InspectedRoute::name)
                .filter(name -> !name.equals(route.name()))
                .collect(Collectors.joining(", "));
    }

    SourceStatus status(Instant now) {
        return StatusReader.read(source, now).join();
    }

    /** A message with the time for which the stream keeps changes that are not in every target. */
    static String timeLeft(SourceStatus status, Instant now) {
        return status.progress()
                .doneUntil()
                .map(until -> TrimHorizon.leftText(until, now))
                .map(clause -> clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".")
                .orElse("How far the source has been read is not recorded. The stream drops changes after 24 hours.");
    }

    /** Waits for a write to the table of pauses. */
    <T> T await(CompletableFuture<T> call) throws StartException {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    "%s: table %s could not be read or written; a daemon creates it at its start: %s"
                            .formatted(
                                    route.name(),
                                    route.pauses().table().name(),
                                    WriteFailure.of(e).message()));
        }
    }
}
