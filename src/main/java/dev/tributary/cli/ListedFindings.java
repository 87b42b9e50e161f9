package dev.tributary.cli;

import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.model.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Lists differences and leaves them as they are. */
record ListedFindings(String route, RouteDeadLetters deadLetters, VerifyReport report) implements Findings {

    @Override
    public CompletableFuture<Boolean> isParked(ItemKey item) {
        return deadLetters.find(RouteDeadLetters.item(item)).thenApply(found -> found.isPresent());
    }

    @Override
    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
        differences.forEach(difference -> report.difference(route, difference));
        return CompletableFuture.completedFuture(differences);
    }
}
