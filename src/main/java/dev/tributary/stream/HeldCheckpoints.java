package dev.tributary.stream;

import software.amazon.kinesis.checkpoint.Checkpoint;
import software.amazon.kinesis.checkpoint.dynamodb.DynamoDBCheckpointer;
import software.amazon.kinesis.exceptions.KinesisClientLibException;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.LeaseRefresher;

/**
 * KCL's checkpoints in the lease table, which takes the checkpoint at which a shard begins from the lease that it holds. KCL
 * reads it with one more call for each shard, which is not consistent. If the held lease is older than the row, its next
 * renewal fails, because each checkpoint adds one to the counter. Safe for any thread.
 */
final class HeldCheckpoints extends DynamoDBCheckpointer {

    private final LeaseCoordinator coordinator;

    HeldCheckpoints(LeaseCoordinator coordinator, LeaseRefresher refresher) {
        super(coordinator, refresher);
        this.coordinator = coordinator;
    }

    @Override
    public Checkpoint getCheckpointObject(String leaseKey) throws KinesisClientLibException {
        Lease held = coordinator.getCurrentlyHeldLease(leaseKey);
        return held == null
                ? super.getCheckpointObject(leaseKey)
                : new Checkpoint(held.checkpoint(), held.pendingCheckpoint(), held.pendingCheckpointState());
    }
}
