package dev.tributary.jobs.verify;

import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Receives the differences of a verification, and knows which items have dead letters. */
public interface Findings {

    /** Completes with whether the item has dead letters on the route. */
    CompletableFuture<Boolean> isParked(ItemKey item);

    /**
     * Receives differences that replication will not remove.
     *
     * @return those that remain
     */
    CompletableFuture<List<Difference>> found(List<Difference> differences);
}
