package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.inspect.Answer;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.stream.lease.LeaseSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads the state of sources from their tables, with all calls in parallel. Writes nothing, and needs no daemon. */
public final class StatusReader {

    private StatusReader() {}

    private record Parts(Answer<ParkedCount> parked, Answer<DescribedTable> description) {}

    /** Completes with the state of a source; failed calls are part of it. */
    public static CompletableFuture<SourceStatus> read(InspectedSource source, Instant now) {
        String table = source.settings().table();
        CompletableFuture<Answer<DescribedTable>> description = Answer.of(
                "table " + table + " (" + source.place() + ")", new TableControl(source.client(), table).describe());
        CompletableFuture<Answer<LeaseSnapshot>> leases = Answer.of(
                "lease table " + source.leaseTable(),
                LeaseSnapshot.read(source.own(), source.leaseTable(), source.name()));
        List<CompletableFuture<RouteStatus>> routes =
                source.routes().stream().map(route -> route(route, now)).toList();
        return CompletableFuture.allOf(routes.toArray(CompletableFuture[]::new))
                .thenCombine(description, (done, described) -> described)
                .thenCombine(
                        leases,
                        (described, read) -> new SourceStatus(
                                source.name(),
                                table,
                                source.place(),
                                described,
                                read,
                                SourceProgress.of(read.value().orElse(LeaseSnapshot.NONE), source.timings(), now),
                                routes.stream().map(CompletableFuture::join).toList()));
    }

    private static CompletableFuture<RouteStatus> route(InspectedRoute route, Instant now) {
        String table = route.settings().table();
        CompletableFuture<Answer<DescribedTable>> description = Answer.of(
                "target table " + table + " (" + route.place() + ")",
                new TableControl(route.client(), table).describe());
        CompletableFuture<Answer<Optional<Instant>>> paused =
                Answer.of("the pause of " + route.name(), route.pauses().since(route.name()));
        CompletableFuture<Answer<JobsStatus>> jobs = description.thenCompose(described ->
                Answer.of("table " + route.jobs().name() + " of jobs", JobsStatus.of(route, described.value(), now)));
        return Answer.of("the dead letters of " + route.name(), ParkedCount.of(route.deadLetters()))
                .thenCombine(description, Parts::new)
                .thenCombine(jobs, (parts, recorded) -> parts)
                .thenCombine(
                        paused,
                        (parts, since) -> new RouteStatus(
                                route.name(),
                                table,
                                parts.description(),
                                parts.parked(),
                                route.settings().enabled(),
                                since,
                                jobs.join()));
    }
}
