package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.SourceIdentity;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.TableControl;
import dev.tributary.jobs.reconcile.JobRoute;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifiedRoute;
import dev.tributary.replication.CatchUp;
import dev.tributary.replication.RouteSettings;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The parts of a verification of a route.
 *
 * @param items about how many items the source has, as the table counts them
 * @param rows about how many rows the target has
 * @param catchUp waits for replication
 * @param deadLetters of the route
 */
public record RouteVerification(
        VerifiedRoute route,
        Verification.Tables tables,
        long items,
        long rows,
        CatchUp catchUp,
        RouteDeadLetters deadLetters,
        InstantSource clock) {

    /** The fraction of the heap for digests of rows, as its divisor. */
    private static final int HEAP_DIVISOR = 8;

    static CompletableFuture<RouteVerification> of(
            JobRoute route,
            RouteSettings target,
            Set<String> siblings,
            CatchUp catchUp,
            RouteDeadLetters deadLetters,
            InstantSource clock) {
        CompletableFuture<Long> items = count(route.reads(), route.sourceTable());
        CompletableFuture<Long> rows = count(route.targetReads(), route.targetTable());
        return new TableControl(route.targetReads(), target.table())
                .ttlAttribute()
                .thenCompose(expiry -> items.thenCombine(
                        rows,
                        (source, there) -> new RouteVerification(
                                new VerifiedRoute(
                                        route.name(),
                                        route.identity(),
                                        route.sourceKey(),
                                        route.projection(),
                                        route.keepsRemoved(),
                                        expiry,
                                        siblings),
                                new Verification.Tables(
                                        route.reads(), route.sourceTable(), route.targetReads(), route.targetTable()),
                                source,
                                there,
                                catchUp,
                                deadLetters,
                                clock)));
    }

    /** The identities of other sources with a route to the same table. */
    static Set<String> siblings(
            Settings settings, CheckedTables tables, Clients clients, String sourceName, RouteSettings target) {
        Set<String> identities = new HashSet<>();
        settings.source().forEach((name, source) -> {
            boolean same = source.route().values().stream().anyMatch(route -> settings.isSame(route, target));
            if (!name.equals(sourceName) && same) {
                identities.add(SourceIdentity.of(source, tables.source(name).arn(), clients));
            }
        });
        return identities;
    }

    private static CompletableFuture<Long> count(DynamoDbAsyncClient client, String table) {
        return client.describeTable(request -> request.tableName(table)).thenApply(response -> {
            Long count = response.table().itemCount();
            return count == null ? 0 : count;
        });
    }

    /**
     * A verification of this route.
     *
     * @param sharing number of verifications that share the memory for digests of rows
     */
    public Verification verification(Position start, PacedCalls calls, Findings findings, int sharing) {
        return new Verification(
                route,
                tables,
                Verification.maxRows(HEAP_DIVISOR * sharing, rows),
                start,
                calls,
                catchUp,
                findings,
                clock);
    }
}
