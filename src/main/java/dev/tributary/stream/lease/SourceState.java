package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of a source that all its workers share.
 *
 * @param streamArn the stream that is read
 * @param since when the first worker began to read the stream
 * @param epoch first part of the versions of the stream's changes; see {@link Epoch}
 * @param identity of the source table in the rows of its targets
 * @param startsAt changes before this time are passed without a write; empty if there is no such time
 * @param passed gaps that reading passed and that are not acknowledged, the oldest first
 * @param further number of gaps beyond those in {@code passed}, which is bounded
 */
public record SourceState(
        String streamArn,
        Instant since,
        String epoch,
        String identity,
        Optional<Instant> startsAt,
        List<RecordedGap> passed,
        int further) {}
