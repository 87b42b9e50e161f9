package dev.tributary.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A table whose stream is read once and feeds all its routes. */
public interface SourceSettings extends TableSettings {

    /** Name of the table in the rows of its targets; empty for one that is made of its ARN. */
    Optional<String> identity();

    /** Pause between two reads of a shard; none behind a large batch, because more is waiting there. */
    Duration pollInterval();

    /** Pause between two checkpoints of a shard. */
    Duration checkpointInterval();

    /** Changes of one shard that may be in flight; reading waits above it. */
    int maxInFlight();

    /** Bytes of memory that the changes of one shard may take; reading waits above it. */
    int maxInFlightBytes();

    /** What happens where the stream has lost changes before they were read. */
    GapPolicy gaps();

    /** Routes to target tables by name; at least one. */
    Map<String, RouteSettings> route();

    /** What happens where the stream has lost changes before they were read. Each is reported. */
    enum GapPolicy {
        /** Reading stands still there until somebody decides. */
        STOP,
        /** Reading goes on with the oldest change there is. */
        CONTINUE,
        /** The source is to be copied anew; until then reading stands still. */
        RESYNC
    }
}
