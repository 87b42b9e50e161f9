package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.Answer;
import java.time.Instant;
import java.util.Optional;

/**
 * The state of a route.
 *
 * @param name {@code <source>.<route>}
 * @param target name of the table
 * @param description of the target
 * @param parked its dead letters
 * @param enabled whether the configuration does not pause it
 * @param paused since when an operator has paused it; empty if none has
 * @param jobs what its jobs have recorded
 */
public record RouteStatus(
        String name,
        String target,
        Answer<DescribedTable> description,
        Answer<ParkedCount> parked,
        boolean enabled,
        Answer<Optional<Instant>> paused,
        Answer<JobsStatus> jobs) {}
