package dev.tributary.http.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What an operator may do from the status page. Each action completes with what was done, as a JSON object; it fails with a
 * {@link dev.tributary.http.reply.ProblemException} if it is refused. Safe for any thread.
 */
public interface OperatorActions {

    /**
     * Selects parked items of a route: one of them, or all that have one reason.
     *
     * @param route full name
     * @param item digest of the item
     * @param reason why the items are parked; exactly one of the two is given
     */
    record ParkedSelection(String route, Optional<String> item, Optional<String> reason) {}

    /** Applies parked changes to their target. */
    CompletableFuture<ObjectNode> redrive(ParkedSelection selected);

    /** Deletes parked changes without applying them. */
    CompletableFuture<ObjectNode> discard(ParkedSelection selected);

    /**
     * Acknowledges a gap.
     *
     * @param gap its identifier within the source
     */
    CompletableFuture<ObjectNode> acknowledge(String source, String gap);
}
