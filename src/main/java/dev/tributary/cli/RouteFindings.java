package dev.tributary.cli;

import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists the differences of a route, and repairs them if they are to be.
 *
 * @param repair empty to leave them as they are
 */
record RouteFindings(String route, RouteDeadLetters deadLetters, VerifyReport report, Optional<LockedRepair> repair)
        implements Findings {

    @Override
    public CompletableFuture<Boolean> isParked(ItemKey item) {
        return deadLetters.find(RouteDeadLetters.item(item)).thenApply(found -> found.isPresent());
    }

    @Override
    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
        differences.forEach(difference -> report.difference(route, difference));
        return repair.map(locked -> locked.repair(differences))
                .orElseGet(() -> CompletableFuture.completedFuture(differences));
    }
}
