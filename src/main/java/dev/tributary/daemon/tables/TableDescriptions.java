package dev.tributary.daemon.tables;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The calls of DescribeTable at a start. They run in parallel, because a call to a place that does not answer takes the
 * whole of its timeout. Used by the starting thread alone.
 */
final class TableDescriptions {

    private final Clients clients;
    private final Map<Table, CompletableFuture<DescribedTable>> calls = new HashMap<>();

    private record Table(Clients.Place place, String name) {}

    TableDescriptions(Clients clients) {
        this.clients = clients;
    }

    /** Starts to describe a table, so that waiting for {@link #of} takes less time. */
    void request(TableSettings place, String table) {
        try {
            CompletableFuture<DescribedTable> unused = of(place, table);
        } catch (SdkClientException e) {
            return; // thrown again where the description is needed
        }
    }

    /**
     * Returns the description of a table.
     *
     * @param place settings with the place of the table
     * @throws SdkClientException if no client can be made for the place
     */
    CompletableFuture<DescribedTable> of(TableSettings place, String table) {
        return calls.computeIfAbsent(
                new Table(clients.placeId(place), table),
                called -> new TableControl(clients.control(place), table).describe());
    }
}
