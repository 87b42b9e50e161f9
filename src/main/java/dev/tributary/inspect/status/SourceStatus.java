package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.Answer;
import dev.tributary.stream.lease.LeaseSnapshot;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceState;
import java.util.List;
import java.util.Optional;

/**
 * The state of a source.
 *
 * @param name of the source
 * @param table name of the source table
 * @param place of the source table, for messages
 * @param description of the source table
 * @param leases the rows that the workers have written
 * @param progress derived from the leases
 */
public record SourceStatus(
        String name,
        String table,
        String place,
        Answer<DescribedTable> description,
        Answer<LeaseSnapshot> leases,
        SourceProgress progress,
        List<RouteStatus> routes) {

    /** The stream that is read, and the gaps; empty if no worker has begun to read the source, or this is unknown. */
    public Optional<SourceState> state() {
        return leases.value().flatMap(LeaseSnapshot::state);
    }

    /** Gaps that are not acknowledged. */
    public List<RecordedGap> gaps() {
        return state().map(SourceState::passed).orElse(List.of());
    }

    /** Number of further such gaps, which are only in the log. */
    public int furtherGaps() {
        return state().map(SourceState::further).orElse(0);
    }
}
