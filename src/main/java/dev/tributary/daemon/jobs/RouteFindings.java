package dev.tributary.daemon.jobs;

import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Finds parked items in the table of dead letters, and passes differences on.
 *
 * @param found receives differences; completes with those that are left
 */
public record RouteFindings(
        RouteDeadLetters deadLetters, Function<List<Difference>, CompletableFuture<List<Difference>>> found)
        implements Findings {

    /** Leaves differences as they are. */
    static RouteFindings leaving(RouteDeadLetters deadLetters) {
        return new RouteFindings(deadLetters, CompletableFuture::completedFuture);
    }

    @Override
    public CompletableFuture<Boolean> isParked(ItemKey item) {
        return deadLetters.find(RouteDeadLetters.item(item)).thenApply(letter -> letter.isPresent());
    }

    @Override
    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
        return found.apply(differences);
    }
}
