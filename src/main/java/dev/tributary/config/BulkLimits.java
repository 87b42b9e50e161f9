package dev.tributary.config;

/**
 * What requests with many documents may take.
 *
 * @param requests under way at once; 1 or more
 * @param bytes of one body; 1 or more
 */
public record BulkLimits(int requests, int bytes) {}
