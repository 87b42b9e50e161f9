package dev.tributary.stream.read;

import java.time.Duration;

/** A pause of KCL's polling thread, which ends on the interrupt flag. */
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
