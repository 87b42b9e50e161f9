package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import java.time.Duration;
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
 * Adds the sources that this process reads to its report in the lease table; see {@link SourcesOfWorkers}. Used by one thread
 * at a time.
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

    private Set<String> last = Set.of();
    private long changedAt;
    private Set<String> written = Set.of();
    private long writtenAt;

    /**
     * @param worker name of this process among the workers
     * @param settling time without a change after which the sources are written: a process starts them one after another
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public SourcesReport(
            DynamoDbAsyncClient client, String table, String worker, Duration settling, LongSupplier nanoTime) {
        this.client = client;
        this.table = table;
        this.worker = worker;
        this.settling = settling;
        this.nanoTime = nanoTime;
    }

    /**
     * Writes the sources if they differ from what was written, and have not changed for a while. A failed write is repeated
     * by the next call.
     */
    public void write(Set<String> sources) {
        long now = nanoTime.getAsLong();
        if (!sources.equals(last)) {
            last = sources;
            changedAt = now;
        }
        if (now - changedAt < settling.toNanos() || (sources.equals(written) && now - writtenAt < REPEATED.toNanos())) {
            return;
        }
        try {
            Calls.join(client.updateItem(request -> request.tableName(table)
                    .key(Map.of(LeaseRows.KEY, AttributeValue.fromS(worker)))
                    .updateExpression("SET #sources = :sources")
                    .conditionExpression("attribute_exists(#key)")
                    .expressionAttributeNames(Map.of("#sources", SourcesOfWorkers.SOURCES, "#key", LeaseRows.KEY))
                    .expressionAttributeValues(Map.of(
                            ":sources",
                            AttributeValue.builder()
                                    .ss(sources.isEmpty() ? Set.of(SourcesOfWorkers.NONE) : sources)
                                    .build()))));
            written = sources;
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
