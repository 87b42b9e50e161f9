package dev.tributary.idempotency;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** Both clocks of a machine, which a test moves. They start at the epoch. Safe for any thread. */
public final class GivenTime extends Clock implements LongSupplier {

    private Instant wall = Instant.EPOCH;
    private long nanos;

    public synchronized void pass(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }

    /** What people do to one of them. */
    synchronized void setBack(Duration time) {
        wall = wall.minus(time);
    }

    @Override
    public synchronized long getAsLong() {
        return nanos;
    }

    @Override
    public synchronized Instant instant() {
        return wall;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
