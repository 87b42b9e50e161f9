package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;

/**
 * Takes over the leases of a source from the table that earlier versions had for each source.
 *
 * <p>First the stream in the former state is replaced by one that cannot be read. Workers of an earlier version end their
 * reading then, because they take it for a switch to another stream, and do not start any more. When no lease is renewed any
 * more, the leases are copied, and at last the state: what was copied counts only with it. Any number of workers may do this
 * at the same time, and another one continues where one has stopped.
 */
public final class LeaseUpgrade {

    private static final Logger log = LoggerFactory.getLogger(LeaseUpgrade.class);

    private static final String FORMER_STATE = "tributary-stream";
    private static final String STREAM = "streamId";

    /** Ours: the stream that was read, while the state has another. */
    private static final String FORMER_STREAM = "formerStream";

    private static final Duration LOOK = Duration.ofMillis(500);

    /** Longest wait for workers of an earlier version, in lease durations: one until they look at the state, and more to end. */
    private static final int PATIENCE = 8;

    private final String source;
    private final DynamoDbAsyncClient client;
    private final String former;
    private final String table;
    private final SourceStateRow state;
    private final Duration lease;

    /**
     * @param former the table of earlier versions, which need not exist
     * @param lease duration, which was the same for workers of the earlier version
     */
    public LeaseUpgrade(
            String source,
            DynamoDbAsyncClient client,
            String former,
            String table,
            SourceStateRow state,
            Duration lease) {
        this.source = source;
        this.client = client;
        this.former = former;
        this.table = table;
        this.state = state;
        this.lease = lease;
    }

    /**
     * Does nothing if the source is in the table already, or in no former one.
     *
     * @throws SourceStartException if workers of an earlier version continue
     * @throws software.amazon.awssdk.core.exception.SdkException if a table cannot be read or written
     */
    public void run() throws InterruptedException {
        if (state.read().isPresent()) {
            return;
        }
        Map<String, AttributeValue> formerState = formerState();
        if (formerState.isEmpty()) {
            return;
        }
        if (!formerState.containsKey(FORMER_STREAM)) {
            endReading(requireNonNull(formerState.get(STREAM)));
            formerState = formerState();
        }
        List<Map<String, AttributeValue>> leases = awaitQuiet();
        CompletableFuture.allOf(leases.stream().map(this::copy).toArray(CompletableFuture[]::new))
                .join();
        Map<String, AttributeValue> row = new HashMap<>(formerState());
        row.put(STREAM, requireNonNull(row.remove(FORMER_STREAM)));
        put(row, FORMER_STATE).join();
        log.info(
                "source {}: took over {} leases from table {}, which may be deleted",
                LogFields.source(source),
                leases.size(),
                former);
    }

    private Map<String, AttributeValue> formerState() {
        try {
            return Calls.join(client.getItem(request -> request.tableName(former)
                            .key(Map.of(LeaseRows.KEY, AttributeValue.fromS(FORMER_STATE)))
                            .consistentRead(true)))
                    .item();
        } catch (ResourceNotFoundException e) {
            return Map.of();
        } catch (DynamoDbException e) {
            if (WriteFailure.of(e).kind() == WriteFailure.Kind.SCHEMA) {
                return Map.of(); // a table with another key, which has nothing to do with leases
            }
            throw e;
        }
    }

    private void endReading(AttributeValue stream) {
        log.info("source {}: taking over its leases from table {}", LogFields.source(source), former);
        try {
            Calls.join(client.updateItem(request -> request.tableName(former)
                    .key(Map.of(LeaseRows.KEY, AttributeValue.fromS(FORMER_STATE)))
                    .updateExpression("SET #former = #stream, #stream = :moved")
                    .conditionExpression("#stream = :stream")
                    .expressionAttributeNames(Map.of("#former", FORMER_STREAM, "#stream", STREAM))
                    .expressionAttributeValues(Map.of(
                            ":stream",
                            stream,
                            ":moved",
                            AttributeValue.fromS("moved by a later version to lease table " + table)))));
        } catch (ConditionalCheckFailedException e) {
            log.debug("source {}: another worker has begun to take over its leases", LogFields.source(source));
        }
    }

    /** Waits until no lease has been renewed for its duration, and returns the leases. */
    private List<Map<String, AttributeValue>> awaitQuiet() throws InterruptedException {
        long start = System.nanoTime();
        long quietSince = start;
        Map<String, Long> counters = Map.of();
        while (true) {
            List<Map<String, AttributeValue>> rows = new SharedLeaseTable(client, former, System::nanoTime)
                    .rows(Duration.ZERO).stream().filter(LeaseUpgrade::isLease).toList();
            Map<String, Long> latest = heldLeases(rows);
            long now = System.nanoTime();
            if (!latest.equals(counters)) {
                counters = latest;
                quietSince = now;
            }
            // A write of a worker that lost its lease may be in flight for a third of the duration.
            if (latest.isEmpty()
                    || now - quietSince > lease.plus(lease.dividedBy(3)).toNanos()) {
                return rows;
            }
            if (now - start > lease.multipliedBy(PATIENCE).toNanos()) {
                throw SourceStartException.configuration(
                        "Source " + source + ": workers of an earlier version renew their" + " leases in table "
                                + former + "; stop them, and start again");
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    private static boolean isLease(Map<String, AttributeValue> row) {
        return row.containsKey(LeaseRows.CHECKPOINT);
    }

    /** The counters of the unfinished leases that have an owner. */
    private static Map<String, Long> heldLeases(List<Map<String, AttributeValue>> rows) {
        Map<String, Long> held = new HashMap<>();
        DynamoDBLeaseSerializer serializer = new DynamoDBLeaseSerializer();
        for (Map<String, AttributeValue> row : rows) {
            Lease found = serializer.fromDynamoRecord(row);
            if (found != null && found.actualOwner() != null && !LeaseRows.ended(found)) {
                held.put(found.leaseKey(), found.leaseCounter());
            }
        }
        return held;
    }

    private CompletableFuture<Boolean> copy(Map<String, AttributeValue> formerLease) {
        Map<String, AttributeValue> row = new HashMap<>(formerLease);
        row.remove(LeaseRows.OWNER);
        row.remove("checkpointOwner");
        row.computeIfPresent(LeaseRows.PARENTS, (name, ids) -> withSource(ids));
        row.computeIfPresent("childShardIds", (name, ids) -> withSource(ids));
        return put(row, requireNonNull(formerLease.get(LeaseRows.KEY)).s());
    }

    private AttributeValue withSource(AttributeValue ids) {
        return AttributeValue.fromSs(
                ids.ss().stream().map(id -> new LeaseKey(source, id).text()).toList());
    }

    private CompletableFuture<Boolean> put(Map<String, AttributeValue> row, String id) {
        row.put(LeaseRows.KEY, AttributeValue.fromS(new LeaseKey(source, id).text()));
        // A condition that fails means that another worker has copied the row.
        return Calls.applied(client.putItem(request ->
                request.tableName(table).item(row).conditionExpression("attribute_not_exists(" + LeaseRows.KEY + ")")));
    }
}
