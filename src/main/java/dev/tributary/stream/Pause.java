package dev.tributary.stream;

import java.time.Duration;

/** A pause of KCL's polling thread, which ends on the interrupt flag. */
final class Pause {

    private Pause() {}

    static void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
