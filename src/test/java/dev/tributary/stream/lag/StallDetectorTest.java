package dev.tributary.stream.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.ordering.Ticker;
import dev.tributary.stream.read.FetchListener;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.Liveness;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Stalls are named and make the lag grow; with a lease of 10 s, in injected time. */
class StallDetectorTest {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private long seconds = 1_000;
    private final List<StallDetector.Held> held = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** As recorded in the lease table. */
    private final Map<String, Instant> doneUntil = new HashMap<>();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Liveness liveness = new Liveness(this::nanos);
    private final Health health = new Health(liveness);
    private final ReadTimes reads = new ReadTimes(
            new FetchListener() {
                @Override
                public void fetched(String shardId) {}

                @Override
                public void waits(String shardId) {}

                @Override
                public void blocked(String shardId) {}

                @Override
                public void failed(String shardId, Exception failure) {
                    failures.add(shardId);
                }
            },
            this::nanos);
    private final LastKnownReaders readers = new LastKnownReaders("me", this::nanos);
    private final StallDetector.Limits limits = StallDetector.Limits.of(LEASE, Duration.ofMillis(100));
    private final StallDetector stalls = new StallDetector(limits, () -> held, reads, readers, this::nanos);
    private final SourceLag lag =
            new SourceLag(limits, () -> held, reads, readers, () -> Instant.ofEpochSecond(seconds));

    /** The test calls the reporter. */
    private static final Ticker.Threads NO_THREADS = new Ticker.Threads(new ScheduledThreadPoolExecutor(0), task -> {});

    private final StallReporter reporter = new StallReporter("items", stalls, health, meters, NO_THREADS, thrown -> {
        throw new AssertionError(thrown);
    });

    private long nanos() {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private final class FakeShard implements StallDetector.Held {
        private final String shardId;
        private final long begun = seconds;
        private boolean active = true;
        private boolean ending;
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
        public boolean ending() {
            return ending;
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

    /** Advances the time by seconds, in each of which these shards are read and their leases renewed. */
    private void pass(long time, FakeShard... healthy) {
        for (long end = seconds + time; seconds < end; ) {
            seconds++;
            for (FakeShard shard : healthy) {
                reads.fetched(shard.shardId);
                shard.renewedAt = seconds;
            }
        }
        reporter.tick();
    }

    private void check(List<Shard> shards, Lease... leases) {
        stalls.checked(new StreamShards(true, shards), List.of(leases), doneUntil);
        reporter.tick();
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
        return lag.age().toSeconds();
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
        assertThat(stalls.stalls()).isEmpty();
        assertThat(lag()).isZero();
        assertThat(health.snapshot().status()).isEqualTo(Status.UP);
    }

    @Test
    void anIdleSourceThatIsReadDoesNotLag() {
        FakeShard one = new FakeShard("one");
        for (int check = 0; check < 100; check++) {
            check(List.of(shard("one", null), shard("two", null)), lease("one", "me", 1), lease("two", "other", check));
            pass(10, one);
            assertWell();
        }
    }

    @Test
    void aShardWhoseReadsFailLagsSinceTheLastSuccessfulRead() {
        FakeShard one = new FakeShard("one");
        check(List.of());
        pass(10, one);
        for (int second = 0; second < 20; second++) {
            reads.failed("one", new IOException("throttled"));
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
    void aShardThatIsNotReadWhileReadingIsHeldIsNotNamedAndLags() {
        FakeShard one = new FakeShard("one");
        pass(10, one);
        stalls.hold(true);
        check(List.of());
        for (int second = 0; second < 40; second++) {
            one.renewedAt = seconds;
            pass(1);
        }
        check(List.of());
        assertThat(stalls.stalls()).isEmpty();
        assertThat(lag()).isEqualTo(40);
        stalls.hold(false);
        assertThat(stalls.stalls()).as("before it could be read").isEmpty();
        for (int second = 0; second < 15; second++) {
            one.renewedAt = seconds;
            pass(1);
        }
        check(List.of());
        assertNamed("not-read", "one");
    }

    @Test
    void aShardThatWasNeverReadCountsFromWhenItsReadingBegan() {
        FakeShard one = new FakeShard("one");
        pass(20);
        one.renewedAt = seconds;
        reporter.tick();
        assertNamed("not-read", "one");
        assertThat(lag()).isEqualTo(20);
    }

    @Test
    void aShardThatWaitsForTargetsIsNotNamedAndLags() {
        FakeShard one = new FakeShard("one");
        FakeShard full = new FakeShard("full");
        pass(10, one, full);
        check(List.of());
        full.take(seconds);
        for (int second = 0; second < 30; second++) {
            reads.waits("one");
            one.renewedAt = seconds;
            full.renewedAt = seconds;
            pass(1);
        }
        assertThat(stalls.stalls()).isEmpty();
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
        check(List.of());
        for (int check = 0; check < 29; check++) {
            pass(10, one);
            check(List.of());
        }
        assertThat(stalls.stalls()).as("old, but just taken").isEmpty();
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
    void aShardWhoseLeaseIsNotRenewedLagsSinceItsLastRenewal() {
        List<Shard> stream = List.of(shard("one", null));
        check(stream, lease("one", "other", 1));
        pass(10);
        check(stream, lease("one", "other", 2));
        for (int check = 0; check < 4; check++) {
            assertWell();
            pass(10);
            check(stream, lease("one", "other", 2));
        }
        assertNamed("no-reader", "one");
        assertThat(lag()).isEqualTo(40);
        check(stream, lease("one", "other", 3));
        assertWell();
    }

    @Test
    void aLeaseWithoutOwnerAndAShardWithoutLeaseHaveNoReader() {
        List<Shard> stream = List.of(shard("one", null), shard("two", null));
        for (int check = 0; check <= 4; check++) {
            check(stream, lease("one", null, check));
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
        for (int check = 0; check <= 4; check++) {
            check(List.of(shard("one", null)), lease("one", "me", check));
            pass(10);
        }
        assertNamed("no-reader", "one");
    }

    @Test
    void aShardThatLeavesThisProcessCountsFromTheLastCheckWhileItWasReadHere() {
        List<Shard> stream = List.of(shard("one", null));
        FakeShard one = new FakeShard("one");
        check(stream, lease("one", "me", 1));
        pass(100, one);
        check(stream, lease("one", "me", 9));
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
        for (int check = 0; check <= 5; check++) {
            check(stream, lease("parent", "other", check), lease("child", "other", 1));
            pass(10);
            assertThat(stalled("no-reader")).isZero();
        }
        for (int check = 0; check <= 4; check++) {
            check(stream, ended("parent"), lease("child", "other", 1));
            pass(10);
        }
        assertNamed("no-reader", "child");
    }

    @Test
    void aShardThatIsNoLongerInTheStreamAndWasNotReadToItsEndHasNoReader() {
        for (int check = 0; check <= 4; check++) {
            check(List.of(), lease("gone", "other", 1));
            pass(10);
        }
        assertNamed("no-reader", "gone");
    }

    @Test
    void failedChecksAreNamedAndLeaveTheShardsOfOthersUnknown() {
        check(List.of(shard("one", null)), lease("one", "other", 1));
        pass(40);
        assertThat(stalled("not-looked-at")).isEqualTo(1);
        assertNamed("no-reader", "one");
        assertThat(lag()).isEqualTo(40);
    }

    @Test
    void aReportThatDoesNotRunIsNoLife() throws InterruptedException {
        seconds += 1_000;
        assertThat(liveness.stuck()).as("not started").isEmpty();
        reporter.tick();
        seconds += 59;
        assertThat(liveness.stuck()).isEmpty();
        seconds++;
        assertThat(liveness.stuck()).containsExactly("the report of stalls of source items has not run for 60 s");
        reporter.tick();
        assertThat(liveness.stuck()).isEmpty();
        seconds += 1_000;
        reporter.stop();
        assertThat(liveness.stuck()).isEmpty();
    }

    @Test
    void aStoppedReporterIsRemovedFromHealth() throws InterruptedException {
        new FakeShard("one");
        pass(100);
        reporter.stop();
        assertThat(health.snapshot().components()).isEmpty();
    }

    @Test
    void aFailedReadMakesTheLagGrowAtOnce() {
        FakeShard one = new FakeShard("one");
        pass(10, one);
        reads.failed("one", new IOException("denied"));
        pass(1);
        assertThat(lag()).isEqualTo(1);
        pass(2);
        assertThat(lag()).isEqualTo(3);
        pass(1, one);
        assertWell();
    }

    /** All workers were restarted, and the stream cannot be read. */
    @Test
    void aShardThatWasNotReadYetLagsSinceItsLastOwnerWasDone() {
        doneUntil.put("one", Instant.ofEpochSecond(seconds - 7_200));
        FakeShard one = new FakeShard("one");
        check(List.of(shard("one", null)), lease("one", "me", 1));
        assertThat(lag()).as("about to be read").isZero();
        reads.failed("one", new IOException("denied"));
        pass(1);
        assertThat(lag()).isEqualTo(7_201);
        assertThat(lag.timeLeft()).isEqualTo(Duration.ofHours(22).minusSeconds(1));
        pass(1, one);
        assertWell();
        assertThat(lag.timeLeft()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void aShardWithoutReaderLagsSinceItsLastOwnerWasDone() {
        List<Shard> stream = List.of(shard("one", null));
        doneUntil.put("one", Instant.ofEpochSecond(seconds - 86_400));
        check(stream, lease("one", null, 1));
        pass(40);
        check(stream, lease("one", null, 1));
        assertThat(lag()).isEqualTo(86_440);
        assertThat(lag.timeLeft()).isZero();
    }

    @Test
    void aShardOfWhichNoReadEndsIsSilent() {
        FakeShard one = new FakeShard("one");
        pass(10, one);
        pass(299);
        assertThat(stalls.silent()).isEmpty();
        pass(1);
        assertThat(stalls.silent()).containsExactly("one");
        assertThat(liveness.stuck()).containsExactly("source items: reads of shard one neither succeed nor fail");
        pass(1, one);
        assertThat(liveness.stuck()).isEmpty();
        assertThat(stalls.silent()).isEmpty();
    }

    @Test
    void aShardIsNotSilentWhileItsReadsEndSomehowOrHaveToWait() {
        FakeShard one = new FakeShard("one");
        pass(1_000, one);
        for (int end = 0; end < 10; end++) {
            reads.failed("one", new IOException("denied"));
            pass(200);
            assertThat(stalls.silent()).as("reads fail").isEmpty();
            reads.blocked("one");
            pass(200);
            assertThat(stalls.silent()).as("at a gap").isEmpty();
        }
        one.take(seconds);
        pass(1_000);
        assertThat(stalls.silent()).as("its changes are open").isEmpty();
        one.takenAt = null;
        one.ending = true;
        assertThat(stalls.silent()).as("it has been read").isEmpty();
        one.ending = false;
        stalls.hold(true);
        assertThat(stalls.silent()).as("paused").isEmpty();
        stalls.hold(false);
        pass(299);
        assertThat(stalls.silent()).as("resumed").isEmpty();
        pass(1);
        assertThat(stalls.silent()).containsExactly("one");
        one.active = false;
        assertThat(stalls.silent()).as("not held").isEmpty();
    }

    @Test
    void manyShardsMayWaitForOneAnother() {
        for (int shard = 0; shard < 160; shard++) {
            new FakeShard("shard" + shard);
        }
        seconds += 3_299;
        assertThat(stalls.silent()).isEmpty();
        pass(1);
        assertThat(stalls.silent()).hasSize(160);
    }

    @Test
    void limitsFollowTheLeaseAndThePollInterval() {
        assertThat(StallDetector.Limits.of(Duration.ofSeconds(8), Duration.ofMillis(100)))
                .isEqualTo(new StallDetector.Limits(
                        Duration.ofSeconds(15), Duration.ofSeconds(32), Duration.ofMinutes(5), Duration.ofMinutes(5)));
        assertThat(StallDetector.Limits.of(Duration.ofMinutes(1), Duration.ofMinutes(1)))
                .isEqualTo(new StallDetector.Limits(
                        Duration.ofMinutes(10), Duration.ofMinutes(4), Duration.ofMinutes(5), Duration.ofMinutes(10)));
    }
}
