package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of one source in a lease table that several sources share: its leases, and what its workers agree on.
 *
 * <p>Methods wait for DynamoDB, and throw what the SDK throws.
 *
 * @param keys of the rows, in the order in which they are deleted
 * @param readers live workers that read the source
 */
public record SourceRows(List<String> keys, List<String> readers) {

    /** Reads the whole table, consistently. */
    public static SourceRows read(
            DynamoDbAsyncClient client, String table, String source, LeaseTimings timings, Instant now) {
        List<Map<String, AttributeValue>> rows = Calls.join(LeaseSnapshot.rows(client, table));
        SourcesOfWorkers workers = SourcesOfWorkers.at(now, timings, rows);
        Predicate<String> ofSource = LeaseKey.of(source);
        String state = SourceStateRow.key(source);
        return new SourceRows(
                rows.stream()
                        .map(row -> requireNonNull(row.get(LeaseRows.KEY)).s())
                        .filter(ofSource)
                        // The state comes last: without it, leases that are left would belong to no known stream.
                        .sorted(Comparator.comparing(state::equals))
                        .toList(),
                workers.readers(state, ""));
    }

    /**
     * Deletes the rows one after the other. The next worker of the source begins with it as if it had never been read. Only
     * while no worker reads the source: a live one would go on with an epoch that is no longer recorded.
     */
    public void delete(DynamoDbAsyncClient client, String table) {
        keys.forEach(key -> Calls.join(client.deleteItem(
                request -> request.tableName(table).key(Map.of(LeaseRows.KEY, AttributeValue.fromS(key))))));
    }
}
