package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.leases.EntityType;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;

/**
 * Hands the leases of a worker that stops to the live workers.
 *
 * <p>KCL's shutdown leaves them to expire, and its leader may even assign a free lease to the worker that left, because the
 * report of that worker is still recent. So the report is deleted first, and each lease is assigned to a live worker; if
 * there is none, it is released, so that the next worker to start need not wait.
 */
public final class HandOver {

    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    /** Attribute names of KCL's rows in the lease table. */
    private static final String KEY = "leaseKey";

    private static final String ENTITY_TYPE = "entityType";
    private static final String LAST_UPDATE = "lut";

    private final DynamoDbAsyncClient client;
    private final LeaseRefresher leases;
    private final String table;
    private final String worker;
    private final Duration workerReport;
    private final InstantSource clock;

    public HandOver(
            DynamoDbAsyncClient client,
            LeaseRefresher leases,
            String table,
            String worker,
            Duration workerReport,
            InstantSource clock) {
        this.client = client;
        this.leases = leases;
        this.table = table;
        this.worker = worker;
        this.workerReport = workerReport;
        this.clock = clock;
    }

    /** Hands over the leases of this worker. A failure only costs time: the lease expires. */
    public void run() {
        client.deleteItem(request -> request.tableName(table).key(Map.of(KEY, AttributeValue.fromS(worker))))
                .join();
        List<String> alive = liveWorkers();
        int next = 0;
        for (Lease lease : new LeaseRows(client, table).all()) {
            if (!worker.equals(lease.actualOwner()) || LeaseRows.ended(lease)) {
                continue;
            }
            String successor = lease.shutdownRequested()
                    ? lease.leaseOwner()
                    : alive.isEmpty() ? null : alive.get(next++ % alive.size());
            try {
                boolean done = successor == null ? leases.evictLease(lease) : leases.assignLease(lease, successor);
                log.info(
                        "shard {}: lease {}",
                        lease.leaseKey(),
                        done
                                ? (successor == null ? "released" : "handed to " + successor)
                                : "not handed over, it expires or has been taken");
            } catch (DependencyException | InvalidStateException | ProvisionedThroughputException e) {
                log.warn("shard {}: lease not handed over, it will expire: {}", lease.leaseKey(), e.toString());
            }
        }
    }

    /** Workers whose report is at most two report intervals old, which is KCL's own rule. */
    private List<String> liveWorkers() {
        long oldest = clock.instant().minus(workerReport.multipliedBy(2)).getEpochSecond();
        List<String> alive = new ArrayList<>();
        client.scanPaginator(request -> request.tableName(table)
                        .consistentRead(true)
                        .filterExpression("#type = :report AND #updated >= :oldest AND #key <> :me")
                        .expressionAttributeNames(Map.of("#type", ENTITY_TYPE, "#updated", LAST_UPDATE, "#key", KEY))
                        .expressionAttributeValues(Map.of(
                                ":report", AttributeValue.fromS(EntityType.WORKER_METRIC_STATS.getDdbValue()),
                                ":oldest", AttributeValue.fromN(Long.toString(oldest)),
                                ":me", AttributeValue.fromS(worker))))
                .items()
                .subscribe(row -> alive.add(requireNonNull(row.get(KEY)).s()))
                .join();
        return alive;
    }
}
