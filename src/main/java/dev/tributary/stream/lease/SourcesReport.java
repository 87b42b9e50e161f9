package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Adds the sources that this process reads, and its routes, to its report in the lease table; see {@link SourcesOfWorkers} and
 * {@link RouteReaders}. Used by one thread at a time.
 */
public final class SourcesReport {

    private static final Logger log = LoggerFactory.getLogger(SourcesReport.class);

    /** A report that was missing for a while, because the process was paused, has lost the sources. */
    private static final Duration REPEATED = Duration.ofMinutes(1);

    private final DynamoDbAsyncClient client;
    private final String table;
    private final String worker;
    private final LongSupplier nanoTime;

    private final Duration settling;

    private final AttributeValue routes;

    private Set<String> last = Set.of();
    private long changedAt;
    private Map<String, AttributeValue> written = Map.of();
    private long writtenAt;

    /**
     * @param worker name of this process among the workers
     * @param routes of this process, and its sources, as {@link RouteReaders} names them; written with the first report
     * @param settling time without a change after which the sources are written: a process starts them one after another
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public SourcesReport(
            DynamoDbAsyncClient client,
            String table,
            String worker,
            Set<String> routes,
            Duration settling,
            LongSupplier nanoTime) {
        this.client = client;
        this.table = table;
        this.worker = worker;
        this.routes = set(routes);
        this.settling = settling;
        this.nanoTime = nanoTime;
    }

    /** An empty set cannot be stored. */
    private static AttributeValue set(Set<String> values) {
        return AttributeValue.fromSs(
                values.isEmpty()
                        ? List.of(SourcesOfWorkers.NONE)
                        : values.stream().sorted().toList());
    }

    /**
     * Writes the routes, and the sources once they have not changed for a while, unless that is written. A failed write is
     * repeated by the next call.
     */
    public void write(Set<String> sources) {
        long now = nanoTime.getAsLong();
        if (!sources.equals(last)) {
            last = sources;
            changedAt = now;
        }
        Map<String, AttributeValue> report = new HashMap<>(written);
        report.put(":routes", routes);
        if (now - changedAt >= settling.toNanos()) {
            report.put(":sources", set(sources));
        }
        if (report.equals(written) && now - writtenAt < REPEATED.toNanos()) {
            return;
        }
        try {
            boolean settled = report.containsKey(":sources");
            Map<String, String> names = new HashMap<>(Map.of("#routes", RouteReaders.ROUTES, "#key", LeaseRows.KEY));
            if (settled) {
                names.put("#sources", SourcesOfWorkers.SOURCES);
            }
            Calls.join(client.updateItem(request -> request.tableName(table)
                    .key(Map.of(LeaseRows.KEY, AttributeValue.fromS(worker)))
                    .updateExpression("SET #routes = :routes" + (settled ? ", #sources = :sources" : ""))
                    .conditionExpression("attribute_exists(#key)")
                    .expressionAttributeNames(names)
                    .expressionAttributeValues(report)));
            written = report;
            writtenAt = now;
        } catch (ConditionalCheckFailedException e) {
            log.debug("worker {} has no report yet", worker);
        } catch (SdkException | CompletionException e) {
            log.info(
                    "the sources of worker {} could not be recorded, which is tried again: {}",
                    worker,
                    WriteFailure.of(e).message());
        }
    }
}
