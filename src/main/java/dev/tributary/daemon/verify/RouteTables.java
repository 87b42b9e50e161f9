package dev.tributary.daemon.verify;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.daemon.tables.SourceIdentity;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifiedRoute;
import dev.tributary.local.LocalStreams;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.KeySchema;
import dev.tributary.replication.CatchUp;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.StreamCatchUp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A route and its tables, as a verification needs them.
 *
 * @param items about how many items the source has, as the table counts them
 * @param rows about how many rows the target has
 * @param catchUp waits for replication
 * @param deadLetters of the route
 */
public record RouteTables(
        VerifiedRoute route,
        Verification.Tables tables,
        long items,
        long rows,
        CatchUp catchUp,
        RouteDeadLetters deadLetters) {

    /** The fraction of the heap for digests of rows, as its divisor. */
    private static final int HEAP_DIVISOR = 8;

    /**
     * Describes the tables of a route.
     *
     * @param wait longest wait for replication
     * @param timer runs waits for replication
     * @throws StartException if a table is missing, or does not fit the configuration
     */
    public static RouteTables of(
            Settings settings,
            Clients clients,
            String sourceName,
            String routeName,
            Duration wait,
            ScheduledExecutorService timer)
            throws StartException {
        SourceSettings source = Objects.requireNonNull(settings.source().get(sourceName));
        RouteSettings target = Objects.requireNonNull(source.route().get(routeName));
        String name = sourceName + "." + routeName;
        var projection = TableChecks.projection(sourceName, routeName, target, clients);
        try {
            DescribedTable described = describe(clients, source);
            VerifiedRoute route = new VerifiedRoute(
                    name,
                    SourceIdentity.of(source, described.arn(), clients),
                    described.key(),
                    projection,
                    target.projection().deletes() == DeletePolicy.IGNORE,
                    Calls.join(new TableControl(clients.control(target), target.table()).ttlAttribute()),
                    siblings(settings, clients, sourceName, target));
            boolean local = described.streamArn().filter(LocalStreams::isLocal).isPresent();
            return new RouteTables(
                    route,
                    new Verification.Tables(
                            clients.control(source), source.table(), clients.control(target), target.table()),
                    count(clients, source),
                    count(clients, target),
                    new StreamCatchUp(
                            clients.streams(source, local),
                            clients.control(source),
                            settings.leaseTable(sourceName),
                            StreamCatchUp.Timing.of(settings.lease().duration(), wait),
                            timer,
                            System::nanoTime),
                    new DeadLetterTable(
                                    clients.control(source),
                                    OwnTable.DEAD_LETTERS.name(settings.application()),
                                    Clients.CALL_TIMEOUT)
                            .deadLetters(name));
        } catch (SdkException | CompletionException e) {
            throw new StartException(
                    ExitCode.FAILED,
                    name + ": source table " + source.table() + " or target table " + target.table()
                            + " could not be described: " + WriteFailure.of(e).message());
        }
    }

    /** Other sources with a route to the same table. */
    private static Set<String> siblings(Settings settings, Clients clients, String sourceName, RouteSettings target) {
        Set<String> identities = new HashSet<>();
        settings.source().forEach((name, source) -> {
            boolean same = source.route().values().stream()
                    .anyMatch(route -> route.table().equals(target.table())
                            && clients.place(route).equals(clients.place(target)));
            if (!name.equals(sourceName) && same) {
                identities.add(
                        SourceIdentity.of(source, describe(clients, source).arn(), clients));
            }
        });
        return identities;
    }

    private static DescribedTable describe(Clients clients, TableSettings table) {
        return Calls.join(new TableControl(clients.control(table), table.table()).describe());
    }

    private static long count(Clients clients, TableSettings table) {
        Long count = Calls.join(clients.control(table).describeTable(request -> request.tableName(table.table())))
                .table()
                .itemCount();
        return count == null ? 0 : count;
    }

    /** The key schema of the source. */
    public KeySchema sourceKey() {
        return route.sourceKey();
    }

    /** A verification of this route. */
    public Verification verification(Position start, PacedCalls calls, Findings findings, InstantSource clock) {
        return new Verification(
                route, tables, Verification.maxRows(HEAP_DIVISOR, rows), start, calls, catchUp, findings, clock);
    }
}
