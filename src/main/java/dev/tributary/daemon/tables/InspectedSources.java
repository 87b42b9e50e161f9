package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.jobs.RoutePauses;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.replication.Route;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Gives reports access to the tables of a configuration. Makes no call. */
public final class InspectedSources {

    private InspectedSources() {}

    /** All sources, in the order of their names. */
    public static List<InspectedSource> of(Settings settings, Clients clients) {
        return settings.source().entrySet().stream()
                .map(source -> source(source.getKey(), source.getValue(), settings, clients))
                .toList();
    }

    private static InspectedSource source(String name, SourceSettings source, Settings settings, Clients clients) {
        DynamoDbAsyncClient own = clients.own(source);
        DeadLetterTable deadLetters =
                new DeadLetterTable(own, OwnTable.DEAD_LETTERS.name(settings.application()), Clients.CALL_TIMEOUT);
        JobTable jobs = new JobTable(own, OwnTable.JOBS.name(settings.application()), Clients.CALL_TIMEOUT);
        RoutePauses pauses = new RoutePauses(jobs);
        List<InspectedRoute> routes = source.route().entrySet().stream()
                .map(route -> new InspectedRoute(
                        Route.name(name, route.getKey()),
                        route.getValue(),
                        clients.place(route.getValue()),
                        clients.control(route.getValue()),
                        deadLetters.deadLetters(Route.name(name, route.getKey())),
                        pauses,
                        jobs,
                        Duration.ofMillis(
                                new LateWriteTiming(settings.lateWrite().horizon()).lateness())))
                .toList();
        return new InspectedSource(
                name,
                source,
                clients.place(source),
                clients.control(source),
                own,
                () -> clients.streams(source, false),
                settings.leaseTable(),
                new LeaseTimings(settings.lease().duration()),
                table -> SourceIdentity.of(source, table.arn(), clients),
                routes);
    }
}
