package dev.tributary.cli.deadletter;

import dev.tributary.cli.option.AbsentTable;
import dev.tributary.daemon.jobs.RouteParts;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.dynamo.TableControl;
import dev.tributary.replication.Route;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** The selected routes of a configuration with their dead letters, and the clients of their tables. */
final class DeadLetterRoutes implements AutoCloseable {

    private final Clients clients;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "timer"));
    private final List<DeadLetterRoute> routes = new ArrayList<>();

    private DeadLetterRoutes(Clients clients) {
        this.clients = clients;
    }

    /**
     * Selects routes. Makes no call.
     *
     * @param only {@code <source>.<route>}; empty for all routes
     * @throws StartException if the configuration has no such route, or no route at all
     */
    static DeadLetterRoutes open(Settings settings, Optional<String> only) throws StartException {
        Clients clients = Clients.ofCommand(settings);
        DeadLetterRoutes opened = new DeadLetterRoutes(clients);
        List<String> names = new ArrayList<>();
        settings.source().forEach((sourceName, source) -> source.route().forEach((name, route) -> {
            String full = Route.name(sourceName, name);
            names.add(full);
            if (only.map(full::equals).orElse(true)) {
                opened.routes.add(new DeadLetterRoute(
                        new RouteParts(sourceName, name, settings, clients, opened.timer, Clock.systemUTC())));
            }
        }));
        if (opened.routes.isEmpty()) {
            opened.close();
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    names.isEmpty()
                            ? "the configuration has no route, and so no dead letters"
                            : "--route %s: the configuration has no such route; it has %s"
                                    .formatted(only.orElse(""), String.join(", ", names)));
        }
        return opened;
    }

    List<DeadLetterRoute> routes() {
        return routes;
    }

    /** Remarks about tables of dead letters that do not exist, for commands that find nothing. */
    Set<String> absentTables() throws StartException {
        Set<String> absent = new LinkedHashSet<>();
        for (DeadLetterRoute route : routes) {
            DynamoDbAsyncClient place = clients.own(route.parts().source());
            String table = route.parts().deadLetterTable().name();
            if (route.await(new TableControl(place, table).find()).isEmpty()) {
                absent.add(AbsentTable.remark(table, place));
            }
        }
        return absent;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        clients.close();
    }
}
