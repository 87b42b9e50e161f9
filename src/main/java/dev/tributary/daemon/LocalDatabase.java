package dev.tributary.daemon;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.local.DynamoDbLocal;
import dev.tributary.local.LocalException;
import dev.tributary.local.LocalSettings;
import dev.tributary.local.LocalTables;
import dev.tributary.model.DeletePolicy;
import dev.tributary.table.Policies.Tombstones;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** DynamoDB Local inside this process, where local mode is on. */
final class LocalDatabase {

    private LocalDatabase() {}

    /**
     * Starts DynamoDB Local.
     *
     * @throws StartException if the port, the directory or the platform does not allow it
     */
    static DynamoDbLocal start(LocalSettings settings) throws StartException {
        try {
            return DynamoDbLocal.start(settings);
        } catch (LocalException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }

    /**
     * Creates the declared tables, and enables the TTL of those that are to hold tombstones.
     *
     * @throws StartException if a table exists that is not as declared
     */
    static void createTables(Settings settings, DynamoDbAsyncClient client) throws StartException {
        try {
            LocalTables.create(settings.table(), client);
        } catch (LocalException e) {
            throw new StartException(ExitCode.TABLES, e);
        }
        settings.source().values().stream()
                .flatMap(source -> source.route().values().stream())
                .filter(route -> route.projection().deletes() == DeletePolicy.TOMBSTONE)
                .filter(route -> settings.table().containsKey(route.table()))
                .forEach(route -> Calls.join(new TableControl(client, route.table())
                        .enableTtl(Tombstones.of(route.target()).ttlAttribute())));
    }
}
