package dev.tributary.stream.lease;

import java.time.Instant;

/**
 * A gap that reading went on past, as the lease table tells it until somebody acknowledges it.
 *
 * @param id what tells it from others of the source; begins with its kind
 * @param description what is missing, for people
 * @param worker who went on
 */
public record PassedGap(String id, String description, Instant at, String worker) {}
