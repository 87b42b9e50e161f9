package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.stream.read.FetchListener;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** What stands still is named, and makes the lag grow; a lease of 10 s, in injected time. */
class WatchdogTest {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private long seconds = 1_000;
    private final List<ShardWatch.Held> held = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Health health = new Health();
    private final ShardWatch watch = new ShardWatch(
            ShardWatch.Limits.of(LEASE, Duration.ofMillis(100)),
            () -> held,
            new ShardReaders("me"),
            new FetchListener() {
                @Override
                public void fetched(String shardId) {}

                @Override
                public void waits(String shardId) {}

                @Override
                public void failed(String shardId, Exception failure) {
                    failures.add(shardId);
                }
            },
            () -> Instant.ofEpochSecond(seconds),
            () -> TimeUnit.SECONDS.toNanos(seconds));
    private final Watchdog watchdog = new Watchdog("items", watch, health, meters, thrown -> {
        throw new AssertionError(thrown);
    });

    private final class FakeShard implements ShardWatch.Held {
        private final String shardId;
        private final long begun = seconds;
        private boolean active = true;
        private long renewedAt = seconds;

        /** When the open change was taken. */
        private @Nullable Long takenAt;

        private long createdAt;

        private FakeShard(String shardId) {
            this.shardId = shardId;
            held.add(this);
        }

        private void take(long created) {
            takenAt = seconds;
            createdAt = created;
        }

        @Override
        public String shardId() {
            return shardId;
        }

        @Override
        public long since() {
            return TimeUnit.SECONDS.toNanos(begun);
        }

        @Override
        public boolean active() {
            return active;
        }

        @Override
        public Duration lag(Instant now) {
            return takenAt == null ? Duration.ZERO : Duration.ofSeconds(Math.max(0, now.getEpochSecond() - createdAt));
        }

        @Override
        public Duration openFor() {
            return takenAt == null ? Duration.ZERO : Duration.ofSeconds(seconds - takenAt);
        }

        @Override
        public boolean renewalOverdue() {
            return seconds - renewedAt > 6;
        }

        @Override
        public Duration sinceRenewal() {
            return Duration.ofSeconds(seconds - renewedAt);
        }
    }

    /** Time in which the shards are read, their leases renewed, and the stream looked at, as it goes without trouble. */
    private void pass(long time, FakeShard... well) {
        for (long end = seconds + time; seconds < end; ) {
            seconds++;
            for (FakeShard shard : well) {
                watch.fetched(shard.shardId);
                shard.renewedAt = seconds;
            }
        }
        watchdog.tick();
    }

    private void look(List<Shard> shards, Lease... leases) {
        watch.looked(new StreamShards(shards), List.of(leases));
        watchdog.tick();
    }

    private static Shard shard(String shardId, @Nullable String parent) {
        return Shard.builder().shardId(shardId).parentShardId(parent).build();
    }

    private static Lease lease(String shardId, @Nullable String owner, long counter) {
        Lease lease = new Lease();
        lease.leaseKey(shardId);
        lease.leaseOwner(owner);
        lease.leaseCounter(counter);
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        return lease;
    }

    private static Lease ended(String shardId) {
        Lease lease = lease(shardId, null, 1);
        lease.checkpoint(ExtendedSequenceNumber.SHARD_END);
        return lease;
    }

    private double lag() {
        return meters.get("tributary.lag").gauge().value();
    }

    private double stalled(String condition) {
        return meters.get("tributary.stalled")
                .tag("condition", condition)
                .gauge()
                .value();
    }

    private void assertNamed(String condition, String shardId) {
        assertThat(stalled(condition)).isEqualTo(1);
        assertThat(health.snapshot().components().get("source items")).satisfies(component -> {
            assertThat(component.status()).isEqualTo(Status.DEGRADED);
            assertThat(component.detail()).contains(condition, shardId);
        });
    }

    private void assertWell() {
        assertThat(watch.stalls()).isEmpty();
        assertThat(lag()).isZero();
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void anIdleSourceThatIsReadIsNotBehind() {
        FakeShard one = new FakeShard("one");
        for (int look = 0; look < 100; look++) {
            look(List.of(shard("one", null), shard("two", null)), lease("one", "me", 1), lease("two", "other", look));
            pass(10, one);
            assertWell();
        }
    }

    @Test
    void aShardWhoseReadsFailIsBehindBySinceTheLastOneThatSucceeded() {
        FakeShard one = new FakeShard("one");
        look(List.of());
        pass(10, one);
        for (int second = 0; second < 20; second++) {
            watch.failed("one", new IOException("throttled"));
            one.renewedAt = seconds;
            pass(1);
        }
        assertNamed("not-read", "one");
        assertThat(lag()).isEqualTo(20);
        assertThat(failures).as("passed on").hasSize(20);
        pass(1, one);
        assertWell();
    }

    @Test
    void aShardThatWasNeverReadCountsFromWhenItsReadingBegan() {
        FakeShard one = new FakeShard("one");
        pass(20);
        one.renewedAt = seconds;
        watchdog.tick();
        assertNamed("not-read", "one");
        assertThat(lag()).isEqualTo(20);
    }

    @Test
    void aShardThatWaitsForTargetsIsNotNamedAndIsBehind() {
        FakeShard one = new FakeShard("one");
        FakeShard full = new FakeShard("full");
        pass(10, one, full);
        look(List.of());
        full.take(seconds);
        for (int second = 0; second < 30; second++) {
            watch.waits("one");
            one.renewedAt = seconds;
            full.renewedAt = seconds;
            pass(1);
        }
        assertThat(watch.stalls()).isEmpty();
        assertThat(lag()).isEqualTo(30);
        full.takenAt = null;
        assertThat(stalled("not-read"))
                .as("nothing is open that it could wait for")
                .isEqualTo(2);
    }

    @Test
    void aChangeThatDoesNotEndIsNamedFiveMinutesAfterItWasTaken() {
        FakeShard one = new FakeShard("one");
        one.take(seconds - 3_600);
        look(List.of());
        for (int look = 0; look < 29; look++) {
            pass(10, one);
            look(List.of());
        }
        assertThat(watch.stalls()).as("it is old, and has just been taken").isEmpty();
        assertThat(lag()).isEqualTo(3_600 + 290);
        pass(10, one);
        assertNamed("stuck-change", "one");
        one.takenAt = null;
        pass(1, one);
        assertWell();
    }

    @Test
    void anOpenChangeIsOldByTheMonotonicClockWhereThatOfTheSourceIsAhead() {
        FakeShard one = new FakeShard("one");
        one.take(seconds + 3_600);
        pass(30, one);
        assertThat(lag()).isEqualTo(30);
    }

    @Test
    void aLeaseThatIsNotRenewedIsNamed() {
        FakeShard one = new FakeShard("one");
        pass(7);
        assertNamed("lease-not-renewed", "one");
        one.active = false;
        pass(7);
        assertNamed("lease-not-renewed", "one");
        one.active = true;
        pass(1, one);
        assertWell();
    }

    @Test
    void aShardWhoseLeaseNobodyRenewsIsBehindBySinceItsLastRenewal() {
        List<Shard> stream = List.of(shard("one", null));
        look(stream, lease("one", "other", 1));
        pass(10);
        look(stream, lease("one", "other", 2));
        for (int look = 0; look < 4; look++) {
            assertWell();
            pass(10);
            look(stream, lease("one", "other", 2));
        }
        assertNamed("no-reader", "one");
        assertThat(lag()).isEqualTo(40);
        look(stream, lease("one", "other", 3));
        assertWell();
    }

    @Test
    void aLeaseOfNobodyAndAShardWithoutOneHaveNoReader() {
        List<Shard> stream = List.of(shard("one", null), shard("two", null));
        for (int look = 0; look <= 4; look++) {
            look(stream, lease("one", null, look));
            pass(10);
        }
        assertThat(stalled("no-reader")).isEqualTo(2);
        FakeShard one = new FakeShard("one");
        pass(1, one);
        assertThat(stalled("no-reader")).isEqualTo(1);
    }

    /** KCL renews the lease and calls no processor. */
    @Test
    void aLeaseOfThisProcessThatIsNotReadHereHasNoReader() {
        for (int look = 0; look <= 4; look++) {
            look(List.of(shard("one", null)), lease("one", "me", look));
            pass(10);
        }
        assertNamed("no-reader", "one");
    }

    @Test
    void aShardThatLeavesThisProcessCountsFromTheLastLookWhileItWasReadHere() {
        List<Shard> stream = List.of(shard("one", null));
        FakeShard one = new FakeShard("one");
        look(stream, lease("one", "me", 1));
        pass(100, one);
        look(stream, lease("one", "me", 9));
        one.active = false;
        held.clear();
        pass(39);
        assertThat(stalled("no-reader")).isZero();
        pass(1);
        assertThat(stalled("no-reader")).isEqualTo(1);
        assertThat(lag()).isEqualTo(40);
    }

    @Test
    void aShardWaitsForItsParentAndOneThatHasEndedForNothing() {
        List<Shard> stream = List.of(
                shard("cleaned", null),
                shard("parent", "cleaned"),
                shard("child", "parent"),
                shard("grandchild", "child"));
        for (int look = 0; look <= 5; look++) {
            look(stream, lease("parent", "other", look), lease("child", "other", 1));
            pass(10);
            assertThat(stalled("no-reader")).isZero();
        }
        for (int look = 0; look <= 4; look++) {
            look(stream, ended("parent"), lease("child", "other", 1));
            pass(10);
        }
        assertNamed("no-reader", "child");
    }

    @Test
    void aShardThatIsNoLongerInTheStreamAndWasNotReadToItsEndHasNoReader() {
        for (int look = 0; look <= 4; look++) {
            look(List.of(), lease("gone", "other", 1));
            pass(10);
        }
        assertNamed("no-reader", "gone");
    }

    @Test
    void looksThatFailAreNamedAndLeaveTheShardsOfOthersUnknown() {
        look(List.of(shard("one", null)), lease("one", "other", 1));
        pass(40);
        assertThat(stalled("not-looked-at")).isEqualTo(1);
        assertNamed("no-reader", "one");
        assertThat(lag()).isEqualTo(40);
    }

    @Test
    void aWatchdogThatIsClosedLeavesHealth() {
        new FakeShard("one");
        pass(100);
        watchdog.close();
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void limitsFollowTheLeaseAndThePollInterval() {
        assertThat(ShardWatch.Limits.of(Duration.ofSeconds(8), Duration.ofMillis(100)))
                .isEqualTo(
                        new ShardWatch.Limits(Duration.ofSeconds(15), Duration.ofSeconds(32), Duration.ofMinutes(5)));
        assertThat(ShardWatch.Limits.of(Duration.ofMinutes(1), Duration.ofMinutes(1)))
                .isEqualTo(new ShardWatch.Limits(Duration.ofMinutes(10), Duration.ofMinutes(4), Duration.ofMinutes(5)));
    }
}
