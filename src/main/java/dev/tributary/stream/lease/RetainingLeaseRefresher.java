package dev.tributary.stream.lease;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.common.DdbTableConfig;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseManagementFactory;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * KCL's access to the lease table, which retains the leases of unfinished shards, and keeps a lease from passing to another
 * worker while this one may be writing.
 *
 * <p>The adapter's shard sync deletes the lease of every shard that is no longer in the stream, finished or not, and all
 * leases when the stream is gone. The lease is the only record of what was not read.
 */
final class RetainingLeaseRefresher extends DynamoDBLeaseRefresher {

    private static final Logger log = LoggerFactory.getLogger(RetainingLeaseRefresher.class);

    private final Set<String> retained = ConcurrentHashMap.newKeySet();
    private final LeaseOwnerships ownerships;
    private final SparingLeaseCalls calls;

    RetainingLeaseRefresher(
            DynamoDBLeaseManagementFactory factory, LeaseOwnerships ownerships, SparingLeaseCalls calls) {
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
    }

    /** Empty also if the call is left out; KCL looks only for leases that it does not hold yet. */
    @Override
    public List<String> listLeaseKeysForWorker(String worker) throws DependencyException, InvalidStateException {
        return calls.discoveryDue() ? super.listLeaseKeysForWorker(worker) : List.of();
    }

    @Override
    public boolean createLeaseIfNotExists(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        calls.changed();
        return super.createLeaseIfNotExists(lease);
    }

    @Override
    public boolean renewLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        return ownerships.renew(lease, () -> super.renewLease(lease));
    }

    @Override
    public boolean updateLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        return ownerships.update(lease, () -> super.updateLease(lease));
    }

    @Override
    public boolean assignLease(Lease lease, String newOwner)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        calls.changed();
        return ownerships.pass(lease, () -> super.assignLease(lease, newOwner));
    }

    @Override
    public boolean evictLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        calls.changed();
        return ownerships.pass(lease, () -> super.evictLease(lease));
    }

    @Override
    public void deleteLease(Lease lease)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        if (ExtendedSequenceNumber.SHARD_END.equals(lease.checkpoint())) {
            super.deleteLease(lease);
        } else if (retained.add(lease.leaseKey())) {
            log.warn(
                    "shard {}: no longer in the stream, and read only up to {}; its lease is retained",
                    lease.leaseKey(),
                    lease.checkpoint().sequenceNumber());
        }
    }
}
