package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The lease of a shard as it is stored.
 *
 * @param owner the worker that reads the shard; empty if none does
 * @param successor the worker to which the owner is to hand the lease over, if there is one
 * @param checkpoint the sequence number up to which every change has ended; or {@link #BEGINNING} or {@link #END}
 * @param parents the shards that have to be read before this one
 * @param doneUntil the time up to which every change had ended when the owner last recorded it; empty before the first record
 */
public record ShardLease(
        String shardId,
        Optional<String> owner,
        Optional<String> successor,
        String checkpoint,
        Set<String> parents,
        Optional<Instant> doneUntil) {

    /** The checkpoint of a shard of which no change has ended. */
    public static final String BEGINNING = "TRIM_HORIZON";

    /** The checkpoint of a shard of which every change has ended. */
    public static final String END = "SHARD_END";

    /** Whether the shard has been read to its end. */
    public boolean ended() {
        return checkpoint.equals(END);
    }
}
