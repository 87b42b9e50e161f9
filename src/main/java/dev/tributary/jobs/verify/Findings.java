package dev.tributary.jobs.verify;

import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What becomes of differences, and what is known of items apart from their tables. */
public interface Findings {

    /** Completes with whether the item has dead letters on the route. */
    CompletableFuture<Boolean> isParked(ItemKey item);

    /**
     * Receives differences that replication will not mend.
     *
     * @return those that are left
     */
    CompletableFuture<List<Difference>> found(List<Difference> differences);
}
