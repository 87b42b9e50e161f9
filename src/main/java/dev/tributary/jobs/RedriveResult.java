package dev.tributary.jobs;

import java.util.Optional;

/**
 * The result of redriving one item.
 *
 * @param done number of dead letters that were applied and deleted
 * @param left number of dead letters that are still parked
 * @param reason why the first of these is still parked; empty if there are none
 */
public record RedriveResult(int done, int left, Optional<String> reason) {}
