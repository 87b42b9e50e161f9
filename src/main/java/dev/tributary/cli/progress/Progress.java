package dev.tributary.cli.progress;

import java.util.Map;

/**
 * How far a job has come.
 *
 * @param done what it has dealt with, in the unit of the job, such as items
 * @param expected an estimate of what it will have dealt with at its end; 0 if there is none
 * @param counts what it has found or done so far, by name, in the order in which it is shown
 */
public record Progress(long done, long expected, Map<String, Long> counts) {}
