package dev.tributary.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What a write route does with keys of requests.
 *
 * @param attribute whose value is the key where an item is put as a whole; empty: a header has it
 * @param expires how long a key is known; from 1 minute to 30 days
 */
public record IdempotencySettings(IdempotencyPolicy policy, Optional<String> attribute, Duration expires) {}
