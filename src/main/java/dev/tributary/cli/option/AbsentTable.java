package dev.tributary.cli.option;

import dev.tributary.daemon.tables.Clients;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** A table of the daemon that does not exist, which may mean that the configuration is not the daemon's. */
public final class AbsentTable {

    private AbsentTable() {}

    public static String remark(String table, DynamoDbAsyncClient client) {
        return "There is no table %s in %s: no daemon has run there with this application name."
                .formatted(table, Clients.placeOf(client));
    }
}
