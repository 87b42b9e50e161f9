package dev.tributary.inspect.status;

import dev.tributary.stream.lease.ShardLease;
import java.time.Instant;
import java.util.Optional;

/**
 * The progress of a shard that has not been read to its end.
 *
 * @param doneUntil the time up to which every change of the shard had ended on every route when that was last recorded; of a
 *     shard without a record that of its parents; empty if that is unknown too
 */
public record ShardStatus(ShardLease lease, State state, Optional<Instant> doneUntil) {

    /** Whether a shard has a reader. */
    public enum State {
        /** Its owner is alive. */
        READING("reading"),
        /** Its parents have to be read first. */
        WAITS_FOR_PARENT("waits for its parent"),
        /** No worker has its lease. */
        NO_OWNER("no owner"),
        /** The worker that has its lease no longer reports. */
        OWNER_GONE("owner gone");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** The state as text. */
        public String text() {
            return text;
        }

        /** Whether the shard has no reader although it has to be read. */
        public boolean unread() {
            return this == NO_OWNER || this == OWNER_GONE;
        }
    }
}
