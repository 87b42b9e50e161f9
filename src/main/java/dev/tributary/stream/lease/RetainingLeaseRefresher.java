package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.common.DdbTableConfig;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseManagementFactory;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * KCL's access to the lease table, which retains the leases of unfinished shards, keeps a lease from passing to another
 * worker while this one may be writing, and assigns leases only to workers that read their sources.
 *
 * <p>KCL may delete the lease of a shard that is no longer in its stream, finished or not. The lease is the only record of
 * what was not read.
 */
final class RetainingLeaseRefresher extends DynamoDBLeaseRefresher {

    private static final Logger log = LoggerFactory.getLogger(RetainingLeaseRefresher.class);

    /** KCL's attribute name. */
    private static final String CHECKPOINT_OWNER = "checkpointOwner";

    /** Pause after a refused batch; permissions and credentials change while the daemon runs. */
    private static final Duration BATCH_PAUSE = Duration.ofMinutes(1);

    private final Set<String> retained = ConcurrentHashMap.newKeySet();
    private final LeaseOwnerships ownerships;
    private final SparingLeaseCalls calls;
    private final SharedLeaseTable shared;
    private final Predicate<String> readHere;

    /** When a batch may be sent again, in nanoseconds of {@link System#nanoTime()}, after one was refused. */
    private volatile long batchesAt = System.nanoTime();

    /**
     * @param readHere whether this process reads the shard of the lease with this key now
     */
    RetainingLeaseRefresher(
            DynamoDBLeaseManagementFactory factory,
            LeaseOwnerships ownerships,
            SparingLeaseCalls calls,
            SharedLeaseTable shared,
            Predicate<String> readHere) {
        super(
                factory.getTableName(),
                factory.getDynamoDBClient(),
                factory.getLeaseSerializer(),
                factory.isConsistentReads(),
                factory.getTableCreatorCallback(),
                factory.getDynamoDbRequestTimeout(),
                new DdbTableConfig().billingMode(factory.getBillingMode()),
                factory.isLeaseTableDeletionProtectionEnabled(),
                factory.isLeaseTablePitrEnabled(),
                factory.getTags());
        this.ownerships = ownerships;
        this.calls = calls;
        this.shared = shared;
        this.readHere = readHere;
    }

    /**
     * Only of sources that are read here. Empty also if the call is left out; KCL looks only for leases that it does not
     * hold yet.
     */
    @Override
    public List<String> listLeaseKeysForWorker(String worker) throws DependencyException, InvalidStateException {
        if (!calls.discoveryDue()) {
            return List.of();
        }
        return super.listLeaseKeysForWorker(worker).stream().filter(readHere).toList();
    }

    /** Only of sources that are read here: KCL calls it at its start, to resume this worker's leases. */
    @Override
    public Map.Entry<List<Lease>, List<String>> listLeasesParallely(ExecutorService threads, int segments)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        Map.Entry<List<Lease>, List<String>> all = super.listLeasesParallely(threads, segments);
        return Map.entry(
                all.getKey().stream()
                        .filter(lease -> !LeaseRows.ended(lease) && readHere.test(lease.leaseKey()))
                        .toList(),
                all.getValue());
    }

    /** Never: the first leases of a source are created before it is read, and KCL would wait for those of others. */
    @Override
    public boolean isLeaseTableEmpty() {
        return false;
    }

    @Override
    public boolean createLeaseIfNotExists(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        calls.changed();
        return mapped(() -> super.createLeaseIfNotExists(lease));
    }

    @Override
    public boolean renewLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        return ownerships.renew(lease, () -> renewTogether(lease) || mapped(() -> super.renewLease(lease)));
    }

    /**
     * Runs a call of KCL, which maps the errors of the service only: an error of the client, such as a timeout, would look like
     * an error of this program, and the lease in memory would keep what could not be written.
     */
    private static boolean mapped(LeaseOwnerships.Call call)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        try {
            return call.run();
        } catch (RuntimeException e) {
            if (e.getCause() instanceof SdkException failure) {
                throw new DependencyException(failure);
            }
            throw e;
        }
    }

    /**
     * Renews the lease in one call with others, on KCL's condition and the one that it is still this worker's. If that
     * does not succeed, a call of its own decides: the lease is lost, is to be handed over, or has been renewed before by a
     * call whose answer was lost.
     */
    private boolean renewTogether(Lease lease) throws DependencyException {
        if (lease.concurrencyToken() == null || lease.shutdownRequested() || System.nanoTime() - batchesAt < 0) {
            return false;
        }
        AttributeValue key = AttributeValue.fromS(lease.leaseKey());
        long next = lease.leaseCounter() + 1;
        try {
            boolean renewed = Calls.join(shared.update(
                    key.s(),
                    "SET " + LeaseRows.COUNTER + " = ? WHERE " + LeaseRows.KEY + " = ? AND " + LeaseRows.COUNTER
                            + " = ? AND " + LeaseRows.OWNER + " = ? AND " + CHECKPOINT_OWNER + " IS MISSING",
                    AttributeValue.fromN(Long.toString(next)),
                    key,
                    AttributeValue.fromN(Long.toString(lease.leaseCounter())),
                    AttributeValue.fromS(lease.leaseOwner())));
            if (renewed) {
                lease.leaseCounter(next);
            }
            return renewed;
        } catch (SdkException | CompletionException e) {
            if (WriteFailure.of(e).openEnded() || WriteFailure.isThrottling(e)) {
                throw new DependencyException(e);
            }
            log.warn(
                    "leases cannot be renewed together, and are renewed one by one for a minute, which takes up to 25 times"
                            + " the calls: {}",
                    WriteFailure.of(e).message());
            batchesAt = System.nanoTime() + BATCH_PAUSE.toNanos();
            return false;
        }
    }

    @Override
    public boolean updateLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        return ownerships.update(lease, () -> mapped(() -> super.updateLease(lease) || isUpdated(lease)));
    }

    /**
     * Whether the row has what was to be written: the reply to an attempt was lost, and its repetition found another counter.
     * KCL looks at the row after a renewal that failed so, but takes the lease for lost after a checkpoint.
     */
    private boolean isUpdated(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        Lease found = getLease(lease.leaseKey());
        boolean updated = found != null
                && found.leaseCounter() == lease.leaseCounter() + 1
                && Objects.equals(found.leaseOwner(), lease.leaseOwner())
                && Objects.equals(found.checkpointOwner(), lease.checkpointOwner())
                && Objects.equals(found.checkpoint(), lease.checkpoint());
        if (updated) {
            lease.leaseCounter(found.leaseCounter());
        }
        return updated;
    }

    /** Assigns the lease to another worker than KCL's choice if that one does not read its source. */
    @Override
    public boolean assignLease(Lease lease, String newOwner)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        Optional<String> reader = calls.readerOf(lease, newOwner);
        if (reader.isEmpty()) {
            return false;
        }
        calls.changed();
        return ownerships.pass(lease, () -> mapped(() -> super.assignLease(lease, reader.get())));
    }

    @Override
    public boolean initiateGracefulLeaseHandoff(Lease lease, String newOwner)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        return calls.readerOf(lease, newOwner).filter(newOwner::equals).isPresent()
                && super.initiateGracefulLeaseHandoff(lease, newOwner);
    }

    @Override
    public boolean evictLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        calls.changed();
        return ownerships.pass(lease, () -> mapped(() -> super.evictLease(lease)));
    }

    @Override
    public void deleteLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (ExtendedSequenceNumber.SHARD_END.equals(lease.checkpoint())) {
            super.deleteLease(lease);
        } else if (retained.add(lease.leaseKey())) {
            log.warn(
                    "shard {}: no longer in the stream, and read only up to {}; its lease is retained",
                    LogFields.shard(lease.leaseKey()),
                    lease.checkpoint().sequenceNumber());
        }
    }
}
