package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.telemetry.LogFields;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;

/**
 * Hands the leases of a worker that stops, or of a source that it reads no more, to the live workers.
 *
 * <p>KCL's shutdown leaves them to expire, and its leader may even assign a free lease to the worker that left, because the
 * report of that worker is still recent. So the report is deleted first, and each lease is assigned to a live worker that
 * reads its source; if there is none, it is released, so that the next worker to start need not wait.
 */
public final class HandOver {

    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    private final DynamoDbAsyncClient client;
    private final LeaseRefresher leases;
    private final String table;
    private final String worker;
    private final LeaseTimings timings;
    private final InstantSource clock;

    public HandOver(
            DynamoDbAsyncClient client,
            LeaseRefresher leases,
            String table,
            String worker,
            LeaseTimings timings,
            InstantSource clock) {
        this.client = client;
        this.leases = leases;
        this.table = table;
        this.worker = worker;
        this.timings = timings;
        this.clock = clock;
    }

    /**
     * Hands over all leases of this worker, which stops. Its report is deleted first, so that no lease is assigned to it.
     */
    public void stop() {
        try {
            Calls.join(client.deleteItem(
                    request -> request.tableName(table).key(Map.of(LeaseRows.KEY, AttributeValue.fromS(worker)))));
        } catch (SdkException | CompletionException e) {
            log.warn("the report of this worker stays until it expires: {}", e.toString());
        }
        run(leaseKey -> true);
    }

    /**
     * Hands over leases of this worker. A failure only costs time: the lease expires.
     *
     * @param leaseKeys selects leases by their keys
     */
    public void run(Predicate<String> leaseKeys) {
        List<Map<String, AttributeValue>> rows;
        try {
            rows = Calls.join(LeaseSnapshot.rows(client, table));
        } catch (SdkException | CompletionException e) {
            log.warn("leases not handed over, they will expire: {}", e.toString());
            return;
        }
        SourcesOfWorkers alive = SourcesOfWorkers.at(clock.instant(), timings, rows);
        DynamoDBLeaseSerializer serializer = new DynamoDBLeaseSerializer();
        rows.stream()
                .map(serializer::fromDynamoRecord)
                .filter(Objects::nonNull)
                .filter(lease -> worker.equals(lease.actualOwner())
                        && !LeaseRows.ended(lease)
                        && leaseKeys.test(lease.leaseKey()))
                .forEach(lease -> handOver(lease, alive));
    }

    private void handOver(Lease lease, SourcesOfWorkers alive) {
        String successor = lease.shutdownRequested()
                ? lease.leaseOwner()
                : alive.readers(lease.leaseKey(), worker).stream().findFirst().orElse(null);
        if (successor != null) {
            alive.assigned(successor);
        }
        try {
            boolean done = successor == null ? leases.evictLease(lease) : leases.assignLease(lease, successor);
            log.info(
                    "shard {}: lease {}",
                    LogFields.shard(lease.leaseKey()),
                    done
                            ? (successor == null ? "released" : "handed to " + successor)
                            : "not handed over, it expires or has been taken");
        } catch (DependencyException | InvalidStateException | ProvisionedThroughputException e) {
            warn(lease, e);
        } catch (RuntimeException e) {
            if (!(e.getCause() instanceof SdkException)) {
                throw e;
            }
            warn(lease, e); // KCL wraps the errors of the client that are not the service's
        }
    }

    private static void warn(Lease lease, Exception failure) {
        log.warn(
                "shard {}: lease not handed over, it will expire: {}",
                LogFields.shard(lease.leaseKey()),
                failure.toString());
    }
}
