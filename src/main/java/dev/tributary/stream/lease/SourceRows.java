package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of one source in a lease table that several sources share: its leases, and what its workers agree on.
 *
 * <p>Methods wait for DynamoDB, and throw what the SDK throws.
 *
 * @param rows of the whole table
 */
public record SourceRows(String source, List<Map<String, AttributeValue>> rows) {

    /** Reads the whole table, consistently. */
    public static SourceRows read(DynamoDbAsyncClient client, String table, String source) {
        return new SourceRows(source, Calls.join(LeaseSnapshot.rows(client, table)));
    }

    /** The keys of the source's rows, in the order in which they are deleted. */
    public List<String> keys() {
        Predicate<String> ofSource = LeaseKey.of(source);
        return rows.stream()
                .map(SourceRows::key)
                .filter(ofSource)
                // The state comes last: without it, leases that are left would belong to no known stream.
                .sorted(Comparator.comparing(SourceStateRow.key(source)::equals))
                .toList();
    }

    /** The workers that read the source, and whose last report is recent by the clock of the caller. */
    public List<String> readers(LeaseTimings timings, Instant now) {
        return readers(SourcesOfWorkers.at(now, timings, rows));
    }

    /**
     * The workers that read the source, and have reported or written one of its leases since an earlier read: an answer that
     * no clock can falsify, if {@link WorkerReport#longestPause} is in between.
     */
    public SortedSet<String> readersSince(SourceRows earlier) {
        Set<Map<String, AttributeValue>> before = new HashSet<>(earlier.rows);
        SortedSet<String> readers =
                new TreeSet<>(readers(SourcesOfWorkers.of(rows, report -> !before.contains(report))));
        Predicate<String> ofSource = LeaseKey.of(source);
        rows.stream()
                .filter(row -> ofSource.test(key(row)) && row.containsKey(LeaseRows.OWNER) && !before.contains(row))
                .forEach(lease ->
                        readers.add(requireNonNull(lease.get(LeaseRows.OWNER)).s()));
        return readers;
    }

    private List<String> readers(SourcesOfWorkers workers) {
        return workers.readers(SourceStateRow.key(source), "");
    }

    private static String key(Map<String, AttributeValue> row) {
        return requireNonNull(row.get(LeaseRows.KEY)).s();
    }

    /**
     * Deletes the rows one after the other. The next worker of the source begins with it as if it had never been read. Only
     * while no worker reads the source: a live one would go on with an epoch that is no longer recorded.
     */
    public void delete(DynamoDbAsyncClient client, String table) {
        keys().forEach(key -> Calls.join(client.deleteItem(
                request -> request.tableName(table).key(Map.of(LeaseRows.KEY, AttributeValue.fromS(key))))));
    }
}
