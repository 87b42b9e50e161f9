package dev.tributary.document;

import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** What the {@link GeneratedValue}s of one item are made of. Safe for any thread. */
public interface ValueOrigin {

    /** Returns an id that nobody can guess. */
    UUID uuid(String attribute);

    /** Returns the time that generated times are counted from. */
    Instant time();

    /** Random ids and the current time, one for all values of an item. */
    static ValueOrigin random(Clock clock) {
        Instant now = clock.instant();
        return new ValueOrigin() {
            @Override
            public UUID uuid(String attribute) {
                return UUID.randomUUID();
            }

            @Override
            public Instant time() {
                return now;
            }
        };
    }
}
