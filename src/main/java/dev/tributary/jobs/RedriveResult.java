package dev.tributary.jobs;

import java.util.Optional;

/**
 * What a redrive made of an item.
 *
 * @param done parked changes that are in the target now, or whose row is none
 * @param left parked changes that the target refused again
 * @param reason why the first of those was refused; empty if there are none
 */
public record RedriveResult(int done, int left, Optional<String> reason) {}
