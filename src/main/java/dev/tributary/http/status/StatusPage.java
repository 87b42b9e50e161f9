package dev.tributary.http.status;

import dev.tributary.http.server.HandlerRegistry;
import java.time.Duration;

/**
 * The status page of the admin server.
 *
 * @param source what it shows
 * @param tablesPause pause between two reads of the tables while somebody watches
 */
public record StatusPage(StatusSource source, Duration tablesPause) {

    /** Registers the page, its files and its events. */
    public void addTo(HandlerRegistry registry, StatusEvents events) {
        new StatusFiles().addTo(registry);
        registry.add("GET", StatusFiles.PATH + "/events", events);
    }
}
