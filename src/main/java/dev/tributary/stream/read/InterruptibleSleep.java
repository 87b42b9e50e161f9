package dev.tributary.stream.read;

import java.time.Duration;

/** A sleep of a thread that reads a shard. An interrupt ends it early and stays set. */
final class InterruptibleSleep {

    private InterruptibleSleep() {}

    static void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
