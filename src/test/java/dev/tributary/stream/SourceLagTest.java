package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tributary.replication.DistantTarget;
import dev.tributary.replication.ShardOwnership;
import dev.tributary.replication.VirtualTime;
import dev.tributary.stream.lag.LastKnownReaders;
import dev.tributary.stream.lag.ReadTimes;
import dev.tributary.stream.lag.SourceLag;
import dev.tributary.stream.lag.StallDetector;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * The gauges of lag and time left, and the histogram of latency, against a clock outside: it compares when each item was
 * written with when its row is in the target. In virtual time, with the real pipeline.
 */
class SourceLagTest {

    private static final String SHARD = "shard";
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final double TENTH = 0.1;

    /** Of two changes a second. */
    private static final long BETWEEN_CHANGES = 500;

    private final VirtualTime time = new VirtualTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry(SimpleConfig.DEFAULT, new Clock() {
        @Override
        public long wallTime() {
            return time.now();
        }

        @Override
        public long monotonicTime() {
            return nanos();
        }
    });
    private final ShardOwnership ownership = new ShardOwnership(
            new ShardOwnership.Timing(Duration.ofHours(2), Duration.ofHours(1), Duration.ofSeconds(1)), this::nanos);
    private final HeldShards shards = new HeldShards("items", meters, this::nanos);
    private final ReadTimes reads = new ReadTimes(
            new SourceHealth("items", new Health(), meters, fatal -> {
                throw new AssertionError(fatal);
            }),
            this::nanos);
    private final LastKnownReaders readers = new LastKnownReaders("me", this::nanos);
    private final StallDetector.Limits limits = StallDetector.Limits.of(LEASE, Duration.ofMillis(100));
    private final StallDetector stalls = new StallDetector(limits, shards::held, reads, readers, this::nanos);
    private final DistantTarget target;

    /** When each item was written. */
    private final List<Instant> written = new ArrayList<>();

    private int read;
    private int arrived;
    private boolean writing = true;
    private boolean readable = true;
    private Map<String, Instant> recorded = new HashMap<>();

    SourceLagTest() {
        ownership.renewed(ownership.attempt(1));
        target = new DistantTarget(time, ownership, meters);
        shards.add(SHARD, target.pipeline(), ownership);
        new SourceLag(limits, shards::held, reads, readers, this::now).measure("items", meters);
        every(BETWEEN_CHANGES, () -> {
            if (writing) {
                written.add(now());
            }
        });
        every(100, this::poll);
        every(LEASE.toMillis(), this::check);
        every(2 * LEASE.toMillis(), () -> recorded.putAll(shards.doneUntil()));
    }

    private void every(long millis, Runnable task) {
        time.in(millis, () -> {
            task.run();
            every(millis, task);
        });
    }

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(time.now());
    }

    private Instant now() {
        return Instant.ofEpochMilli(time.now());
    }

    private void poll() {
        if (ownership.lost()) {
            return;
        }
        if (!readable) {
            reads.failed(SHARD, SdkClientException.create("no connection"));
            return;
        }
        reads.fetched(SHARD);
        if (read == written.size()) {
            target.pipeline().readEmpty(now());
        }
        for (; read < written.size(); read++) {
            target.submit(read, written.get(read));
        }
    }

    private void check() {
        Lease lease = new Lease();
        lease.leaseKey(SHARD);
        lease.leaseOwner(ownership.lost() ? null : "me");
        lease.leaseCounter(1L);
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        stalls.checked(
                new StreamShards(true, List.of(Shard.builder().shardId(SHARD).build())), List.of(lease), recorded);
    }

    private void pass(Duration duration) {
        time.runUntil(() -> false, time.now() + duration.toMillis());
    }

    /** In seconds: how long ago the oldest item was written that has no row. */
    private double lagOutside() {
        while (arrived < written.size() && target.has(arrived)) {
            arrived++;
        }
        return arrived == written.size()
                ? 0
                : Duration.between(written.get(arrived), now()).toMillis() / 1000.0;
    }

    private double lag() {
        return meters.get("tributary.lag").gauge().value();
    }

    private double timeLeft() {
        return meters.get("tributary.time.left").gauge().value();
    }

    /** Compares every second, for a time. */
    private void assertWithinATenth(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            pass(Duration.ofSeconds(1));
            double outside = lagOutside();
            assertThat(outside).isPositive();
            assertThat(lag()).isCloseTo(outside, within(outside * TENTH));
            assertThat(timeLeft()).isCloseTo(86_400 - outside, within(outside * TENTH));
        }
    }

    private void assertIdle() {
        assertThat(lagOutside()).isZero();
        assertThat(lag()).isZero();
        assertThat(timeLeft()).isEqualTo(86_400.0);
    }

    @Test
    void underSteadyLoadTheyAreRightAndAtRestThereIsNoLag() {
        target.distance(Duration.ofSeconds(30));
        pass(Duration.ofMinutes(1));
        assertWithinATenth(Duration.ofMinutes(5));
        Timer latency = meters.get("tributary.latency").timer();
        assertThat(latency.mean(TimeUnit.SECONDS)).isCloseTo(30, within(30 * TENTH));
        writing = false;
        pass(Duration.ofMinutes(2));
        for (int second = 0; second < 60; second++) {
            pass(Duration.ofSeconds(1));
            assertIdle();
        }
    }

    @Test
    void aThrottledTargetMakesThemGrow() {
        target.distance(Duration.ofMillis(20));
        pass(Duration.ofMinutes(1));
        assertThat(lag()).isLessThan(2);
        target.throttle(true);
        pass(Duration.ofSeconds(30));
        double before = lag();
        assertWithinATenth(Duration.ofMinutes(5));
        assertThat(lag()).isCloseTo(before + 300, within(1.0));
        double throttled =
                meters.get("tributary.write.throttles").functionCounter().count();
        assertThat(throttled).isPositive();
        assertThat(meters.get("tributary.write.retries").counter().count())
                .isEqualTo(throttled)
                .isEqualTo(meters.get("tributary.write.failures")
                        .tag("kind", "capacity")
                        .counter()
                        .count());
        target.throttle(false);
        writing = false;
        pass(Duration.ofMinutes(10));
        assertIdle();
    }

    @Test
    void readsThatFailMakeThemGrow() {
        pass(Duration.ofMinutes(1));
        readable = false;
        pass(Duration.ofSeconds(2));
        assertThat(lag()).as("at once").isPositive();
        pass(Duration.ofSeconds(10));
        assertWithinATenth(Duration.ofMinutes(5));
        readable = true;
        writing = false;
        pass(Duration.ofSeconds(5));
        assertIdle();
    }

    @Test
    void aShardWithoutReaderMakesThemGrow() {
        pass(Duration.ofMinutes(1));
        ownership.lose();
        pass(Duration.ofMinutes(4));
        assertWithinATenth(Duration.ofMinutes(5));
    }

    @Test
    void aBacklogIsCountedBetweenItsReads() {
        for (int item = 0; item < 10; item++) {
            target.submit(item, Instant.EPOCH);
        }
        pass(Duration.ofMinutes(10));
        writing = false;
        target.submit(written.size() + 10, Instant.EPOCH);
        assertThat(lag()).as("more may follow").isEqualTo(600);
        pass(Duration.ofSeconds(1));
        assertThat(lag()).as("nothing followed").isZero();
    }
}
