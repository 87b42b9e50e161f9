package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollPaceTest {

    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(2);

    /** Negative, and overflowing within the tests: a monotonic clock may do both. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

    private final ReadDemand demand = new ReadDemand();
    private final PollPace pace = new PollPace(INTERVAL, IDLE, demand, now);

    @Test
    void theFirstReadIsNotDelayed() {
        assertThat(left()).isZero();
    }

    @ParameterizedTest(name = "{0} changes: {1} ms")
    @CsvSource({"1000, 0", "100, 0", "99, 50", "1, 50", "0, 100"})
    void pausesTheLessTheMoreComes(int changes, long pause) {
        pace.read(changes, now);
        assertThat(left()).isEqualTo(pause);
    }

    @ParameterizedTest(name = "quiet for {0} ms: {1} ms")
    @CsvSource({"100, 100", "800, 100", "1600, 200", "7992, 999"})
    void withoutChangesThePauseIsAnEighthOfTheQuietTime(long quiet, long pause) {
        pace.read(1, now);
        pass(quiet);
        pace.read(0, now);
        assertThat(left()).isEqualTo(pause);
    }

    @ParameterizedTest(name = "quiet for {0} ms: up to {1} ms")
    @CsvSource({"8000, 1000", "8123, 1015", "12000, 1500", "16000, 2000", "3600123, 2000"})
    void longPausesEndWithARoundAtEachHalfSecond(long quiet, long longest) {
        pace.read(1, now);
        pass(quiet);
        pace.read(0, now);
        assertThat(pace.inRound()).isTrue();
        assertThat(left()).isBetween(longest - 500, longest);
        now += pace.left(now);
        assertThat(Math.floorMod(now, Duration.ofMillis(500).toNanos())).isZero();

        pace.read(1, now);
        assertThat(pace.inRound()).isFalse();
    }

    @Test
    void aShardWithoutChangesIsReadInEachFourthRoundHoweverLongAReadTakes() {
        pass(60_000);
        pace.read(0, now);
        now += pace.left(now);
        for (int read = 0; read < 10; read++) {
            long round = now;
            pass(40L * read);
            pace.read(0, now);
            now += pace.left(now);
            assertThat(Duration.ofNanos(now - round)).isEqualTo(IDLE);
        }
    }

    @Test
    void whatIsWokenOrFailsIsReadInNoRound() {
        pass(60_000);
        pace.read(0, now);
        pace.wake(1, now);
        assertThat(pace.inRound()).isFalse();

        pass(60_000);
        pace.read(0, now);
        for (int failure = 0; failure < 10; failure++) {
            pace.failed(now);
            assertThat(pace.inRound()).isFalse();
        }
    }

    @Test
    void theFirstChangeEndsTheLongPauses() {
        pass(60_000);
        pace.read(0, now);
        pass(2_000);
        pace.read(1, now);
        assertThat(left()).isEqualTo(50);
        pass(50);
        pace.read(0, now);
        assertThat(left()).isEqualTo(100);
    }

    @Test
    void aWakeEndsThePauseAndTheLongPausesAfterIt() {
        pass(60_000);
        pace.read(0, now);
        pass(500);
        pace.wake(1, now);
        assertThat(left()).isNegative();
        pace.read(0, now);
        assertThat(left()).isEqualTo(100);
    }

    @Test
    void wakesCauseNoMoreReadsThanChanges() {
        pace.read(0, now);
        pass(10);
        pace.wake(1, now);
        pace.wake(1, now);
        assertThat(left()).isEqualTo(40);
    }

    @Test
    void aWakeDelaysNoRead() {
        pace.read(100, now);
        pace.wake(1, now);
        assertThat(left()).isZero();
    }

    @Test
    void failuresPauseLongerAndLongerWhateverWakes() {
        long pause = 0;
        for (int failure = 0; failure < 20; failure++) {
            pace.failed(now);
            pace.wake(1, now);
            assertThat(left()).isGreaterThanOrEqualTo(pause);
            pause = left();
        }
        assertThat(pause).isEqualTo(5_000);
        pace.read(1, now);
        assertThat(left()).isEqualTo(50);
    }

    @Test
    void aShardWithoutRoomIsTriedAgainAfterThePollIntervalHoweverLongItTakes() {
        pace.read(1, now);
        pass(60_000);
        pace.waits(now);
        assertThat(left()).isEqualTo(100);
    }

    @Test
    void anIdleIntervalThatIsShorterThanTheOtherCountsForNothing() {
        PollPace slow = new PollPace(/* interval= */ IDLE, /* idle= */ INTERVAL, new ReadDemand(), now);
        pass(3_600_000);
        slow.read(0, now);
        assertThat(Duration.ofNanos(slow.left(now))).isBetween(IDLE.minusMillis(500), IDLE);
    }

    @Test
    void manyShardsWithChangesShareTwoHundredAndFiftyReadsASecond() {
        List<PollPace> shards = shards(200);
        shards.forEach(shard -> shard.read(0, now));
        shards.forEach(shard -> shard.read(0, now));
        assertThat(shards).allSatisfy(shard -> assertThat(left(shard)).isEqualTo(200 * 1000 / ReadDemand.PER_SECOND));

        shards.forEach(shard -> shard.read(1, now));
        shards.forEach(shard -> shard.read(100, now));
        assertThat(shards).as("large batches").allSatisfy(shard -> assertThat(left(shard))
                .isZero());
    }

    @Test
    void aShardWithChangesIsReadAsOftenAsEverBesideManyWithout() {
        List<PollPace> quiet = shards(400);
        PollPace busy = new PollPace(INTERVAL, IDLE, demand, now);
        pass(60_000);
        quiet.forEach(shard -> shard.read(0, now));
        busy.read(1, now);
        assertThat(left(busy)).isEqualTo(50);
    }

    @Test
    void shardsThatFailOrCloseLeaveTheReadsToTheOthers() {
        List<PollPace> others = shards(200);
        others.forEach(shard -> shard.read(0, now));
        PollPace shard = new PollPace(INTERVAL, IDLE, demand, now);
        shard.read(0, now);
        assertThat(left(shard)).isGreaterThan(800);
        others.subList(0, 100).forEach(other -> other.failed(now));
        others.subList(100, 200).forEach(PollPace::close);
        shard.read(0, now);
        assertThat(left(shard)).isEqualTo(100);
    }

    @Test
    void noNumberOfShardsStretchesAPauseBeyondTheIdleInterval() {
        demand.change(1e6);
        PollPace shard = new PollPace(INTERVAL, IDLE, demand, now);
        shard.read(0, now);
        assertThat(left(shard)).isBetween(IDLE.toMillis() - 500, IDLE.toMillis());
        pass(60_000);
        shard.read(0, now);
        assertThat(left(shard)).isBetween(IDLE.toMillis() - 500, IDLE.toMillis());
    }

    @Test
    void oneWakeReadsAllShardsAtOnceAndManyWakesShareTheReads() {
        pass(60_000);
        pace.read(0, now);
        pass(1_000);
        pace.wake(/* shards= */ 200, now);
        assertThat(left()).isNegative();
        pace.read(0, now);
        pass(10);
        pace.wake(/* shards= */ 20, now);
        assertThat(left()).isEqualTo(70);
        pass(60_000);
        pace.read(0, now);
        pass(10);
        pace.wake(/* shards= */ 200, now);
        assertThat(left()).isEqualTo(790);
    }

    /** Further shards of the source. */
    private List<PollPace> shards(int number) {
        return Stream.generate(() -> new PollPace(INTERVAL, IDLE, demand, now))
                .limit(number)
                .toList();
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    private long left() {
        return left(pace);
    }

    private long left(PollPace read) {
        return Duration.ofNanos(read.left(now)).toMillis();
    }
}
