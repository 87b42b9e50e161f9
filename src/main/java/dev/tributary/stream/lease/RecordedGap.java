package dev.tributary.stream.lease;

import java.time.Instant;

/**
 * A gap that reading passed, as recorded in the lease table until an operator acknowledges it.
 *
 * @param id unique within the source; begins with the kind of the gap
 * @param description of what is missing, for the operator
 * @param at when reading passed the gap
 * @param worker that passed the gap
 */
public record RecordedGap(String id, String description, Instant at, String worker) {}
