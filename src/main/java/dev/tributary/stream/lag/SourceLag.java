package dev.tributary.stream.lag;

import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lag.StallDetector.Held;
import dev.tributary.stream.lag.StallDetector.Limits;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How far the targets of a source are behind, and how much time is left until its stream drops what they have not, as far as
 * this process knows.
 *
 * <p>It only compares times. Its methods make no call and never wait, so they answer whatever else hangs. Safe for any thread.
 */
public final class SourceLag {

    private static final Metric LAG =
            Metric.gauge("tributary.lag", """
            How far the targets are behind, as far as this process knows: the age of the oldest change that is not in every
            target. Of changes that could not be read, the age counts from the last read that succeeded, or from the time up
            to which the shard was done when its last owner recorded that; likewise of a shard that has had no reader for four
            times `lease.duration`. 0 if reads succeed and no change is open. Take the maximum over the workers. Alarm at 10
            minutes, or at what your readers accept.""", "source").inSeconds();

    private static final Metric TIME_LEFT =
            Metric.gauge("tributary.time.left", """
            Time until the stream drops a change that is not in every target: its 24 hours less the lag, and at least 0. Take
            the minimum over the workers. Page below 18 hours; at 0 changes may be lost, which is a
            [gap](troubleshooting.md#gaps).""", "source").inSeconds();

    private static final double MILLIS = 1000.0;

    private final Limits limits;
    private final Supplier<? extends List<? extends Held>> held;
    private final ReadTimes reads;
    private final LastKnownReaders readers;
    private final InstantSource clock;

    /**
     * @param held returns the shards that this process reads
     */
    public SourceLag(
            Limits limits,
            Supplier<? extends List<? extends Held>> held,
            ReadTimes reads,
            LastKnownReaders readers,
            InstantSource clock) {
        this.limits = limits;
        this.held = held;
        this.reads = reads;
        this.readers = readers;
        this.clock = clock;
    }

    /** Registers the gauges of lag and of the time left. */
    public void measure(String source, MeterRegistry registry) {
        LAG.gauge(registry, this, lag -> lag.age().toMillis() / MILLIS, source);
        TIME_LEFT.gauge(registry, this, lag -> lag.timeLeft().toMillis() / MILLIS, source);
    }

    /**
     * The greatest age of a change that has not ended on every route, or that may not have been read because reads fail or the
     * shard has no reader. Zero if no change is open and reads succeed.
     */
    public Duration age() {
        Instant now = clock.instant();
        List<? extends Held> shards = held.get();
        Duration age = Duration.ZERO;
        for (Held shard : shards) {
            if (shard.active()) {
                age = longer(age, shard.lag(now));
                age = longer(age, shard.openFor());
                age = longer(age, unread(shard, now));
            }
        }
        for (Map.Entry<String, Duration> unread :
                readers.without(StallDetector.readHere(shards), limits.reader()).entrySet()) {
            age = longer(age, unread.getValue());
            age = longer(age, sinceRecord(unread.getKey(), now));
        }
        return age;
    }

    /** Time until the stream drops a change that has not ended, or may not have been read; not negative. */
    public Duration timeLeft() {
        Duration left = TrimHorizon.RETENTION.minus(age());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The greatest age of a change of the shard that may not have been read; zero while reads succeed. */
    private Duration unread(Held shard, Instant now) {
        Duration unread = reads.unread(shard.reading());
        if (!reads.fails(shard.reading()) && unread.compareTo(limits.read()) < 0) {
            return Duration.ZERO;
        }
        return reads.hasSucceeded(shard.reading()) ? unread : longer(unread, sinceRecord(shard.shardId(), now));
    }

    /** Time since the shard was done when its last owner recorded that; zero if it is not recorded. */
    private Duration sinceRecord(String shardId, Instant now) {
        return readers.doneUntil(shardId)
                .map(done -> Duration.between(done, now))
                .orElse(Duration.ZERO);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
