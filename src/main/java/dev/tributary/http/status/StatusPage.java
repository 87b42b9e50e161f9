package dev.tributary.http.status;

import dev.tributary.http.server.HandlerRegistry;
import java.time.Duration;
import java.util.Optional;

/**
 * The status page of the admin server.
 *
 * @param source what it shows
 * @param actions what it does for operators
 * @param tablesPause pause between two reads of the tables while somebody watches
 */
public record StatusPage(StatusSource source, OperatorActions actions, Duration tablesPause) {

    /**
     * Registers the page, its files, its events and its actions.
     *
     * @param operators adds handlers that only operators reach; empty if nobody may act
     */
    public void addTo(HandlerRegistry registry, Optional<HandlerRegistry> operators, StatusEvents events) {
        new StatusFiles().addTo(registry);
        registry.add("GET", StatusFiles.PATH + "/events", events);
        operators.ifPresent(guarded -> new ActionHandlers(actions, events::refresh).addTo(guarded));
    }
}
