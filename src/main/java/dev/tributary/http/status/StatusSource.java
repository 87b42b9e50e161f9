package dev.tributary.http.status;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Gives the status page what it shows. Called by one thread at a time, and only while somebody watches. */
public interface StatusSource {

    /** What a page needs first: all that does not change while the process runs, and the history. */
    StatusEvent first();

    /** What this process knows now; called every second, and must not wait. */
    List<StatusEvent> now();

    /**
     * What only the tables know, such as the shards of other workers. Called again only after this has completed.
     *
     * @return never fails: what could not be read is part of the event
     */
    CompletableFuture<StatusEvent> tables();
}
