package dev.tributary.cli.deadletter;

import dev.tributary.cli.option.AbsentTable;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.replication.Route;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** The selected routes of a configuration with their dead letters, and the clients of their tables. */
final class DeadLetterRoutes implements AutoCloseable {

    private final Clients clients;
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
        String table = OwnTable.DEAD_LETTERS.name(settings.application());
        List<String> names = new ArrayList<>();
        settings.source().forEach((sourceName, source) -> source.route().forEach((name, route) -> {
            String full = Route.name(sourceName, name);
            names.add(full);
            if (only.map(full::equals).orElse(true)) {
                opened.routes.add(new DeadLetterRoute(
                        sourceName,
                        name,
                        source,
                        route,
                        new DeadLetterTable(clients.own(source), table, Clients.CALL_TIMEOUT),
                        new LateWriteTable(
                                clients.own(source),
                                OwnTable.LATE_WRITES.name(settings.application()),
                                Clients.CALL_TIMEOUT),
                        settings.lateWrite().horizon(),
                        clients));
            }
        }));
        if (opened.routes.isEmpty()) {
            clients.close();
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
            DynamoDbAsyncClient place = clients.own(route.source());
            String table = route.table().name();
            if (route.await(new TableControl(place, table).find()).isEmpty()) {
                absent.add(AbsentTable.remark(table, place));
            }
        }
        return absent;
    }

    @Override
    public void close() {
        clients.close();
    }
}
