package dev.tributary.daemon;

import dev.tributary.config.TableSettings;
import dev.tributary.dynamo.DescribedTable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The calls of DescribeTable at a start. They run at the same time, because a call to a place that does not answer takes
 * the whole of its timeout. Asked by the starting thread alone.
 */
final class TableDescriptions {

    private final Clients clients;
    private final Map<Asked, CompletableFuture<DescribedTable>> calls = new HashMap<>();

    private record Asked(String place, String table) {}

    TableDescriptions(Clients clients) {
        this.clients = clients;
    }

    /** Begins to ask, so that the answer is there sooner. */
    void ask(TableSettings place, String table) {
        try {
            CompletableFuture<DescribedTable> unused = of(place, table);
        } catch (SdkClientException e) {
            // There is no client for the place; thrown again where the answer is needed.
            calls.remove(new Asked(clients.place(place), table));
        }
    }

    /**
     * The answer about a table.
     *
     * @param place settings that say where the table is
     * @throws SdkClientException if there is no client for the place
     */
    CompletableFuture<DescribedTable> of(TableSettings place, String table) {
        return calls.computeIfAbsent(new Asked(clients.place(place), table), asked -> clients.control(place)
                .describeTable(request -> request.tableName(table))
                .thenApply(response -> DescribedTable.of(response.table())));
    }
}
