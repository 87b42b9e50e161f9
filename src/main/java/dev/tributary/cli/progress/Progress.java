package dev.tributary.cli.progress;

import java.util.Map;

/**
 * The progress of a job.
 *
 * @param done what it has processed, in the unit of the job, such as items
 * @param expected an estimate of {@code done} at its end; 0 if there is none
 * @param counts what it has found or done so far, by name, in the order in which it is shown
 */
public record Progress(long done, long expected, Map<String, Long> counts) {}
