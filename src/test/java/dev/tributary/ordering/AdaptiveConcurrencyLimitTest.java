package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class AdaptiveConcurrencyLimitTest {

    private static final int LEAST = 8;
    private static final int MOST = 256;
    private static final int UNLIMITED = 1_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private long nanos;
    private final AdaptiveConcurrencyLimit limit = new AdaptiveConcurrencyLimit(LEAST, MOST, () -> nanos);

    /** Ends of the calls in flight; a receiver answers in order. */
    private final Queue<long[]> inFlight = new ArrayDeque<>();

    private long lastEnd;

    /** Time from a call to its answer if no other waits, and calls that the receiver takes a second. */
    private record Receiver(Duration distance, int callsPerSecond) {}

    @Test
    void aReceiverFarAwayGetsAsManyCallsAsItsDistanceNeeds() {
        assertThat(limit.limit()).isEqualTo(LEAST);
        int answered = send(new Receiver(Duration.ofMillis(100), 800), Duration.ofSeconds(2), 1);
        assertThat(limit.limit()).isBetween(80, 176);
        assertThat(answered).isGreaterThan(800);
        assertThat(send(new Receiver(Duration.ofMillis(100), 800), Duration.ofSeconds(50), 1))
                .as("with the probes")
                .isGreaterThan((int) (0.95 * 50 * 800));
    }

    @Test
    void thereIsAMostAtAnyDistance() {
        send(new Receiver(Duration.ofMillis(300), UNLIMITED), Duration.ofSeconds(9), 1);
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    /** Their waiting lengthens the round trips, which must not be taken for distance. */
    @Test
    void callsThatWouldOnlyWaitAtTheReceiverAreNotPermittedForLong() {
        for (int second = 0; second < 120; second++) {
            send(new Receiver(Duration.ofMillis(5), 100), Duration.ofSeconds(1), 1);
            assertThat(limit.limit()).as("after %d s", second).isLessThanOrEqualTo(2 * LEAST + 2);
        }
    }

    @Test
    void theLimitFallsWhenTheReceiverComesNearer() {
        send(new Receiver(Duration.ofMillis(100), 1000), Duration.ofSeconds(5), 1);
        assertThat(limit.limit()).isGreaterThan(100);
        send(new Receiver(Duration.ofMillis(5), 1000), Duration.ofSeconds(40), 1);
        assertThat(limit.limit()).isLessThan(40);
    }

    @Test
    void theLimitGrowsWhenTheReceiverGoesFartherAway() {
        send(new Receiver(Duration.ofMillis(5), 1000), Duration.ofSeconds(5), 1);
        send(new Receiver(Duration.ofMillis(100), 1000), Duration.ofSeconds(25), 1);
        assertThat(limit.limit()).isGreaterThan(100);
    }

    @Test
    void theLimitFallsWhenTheReceiverTakesLess() {
        send(new Receiver(Duration.ofMillis(100), 1000), Duration.ofSeconds(5), 1);
        send(new Receiver(Duration.ofMillis(100), 100), Duration.ofSeconds(40), 1);
        assertThat(limit.limit()).isBetween(10, 40);
    }

    /** Otherwise few elements would be sent in ever more calls, each with fewer of them. */
    @Test
    void callsWithFewElementsAskForNoMoreCalls() {
        send(new Receiver(Duration.ofMillis(100), UNLIMITED), Duration.ofSeconds(25), 0.1);
        assertThat(limit.limit()).isEqualTo(LEAST);
    }

    @Test
    void aReceiverThatStopsTakingCallsGetsTheLeast() {
        send(new Receiver(Duration.ofMillis(100), 1000), Duration.ofSeconds(5), 1);
        nanos += 2 * AdaptiveConcurrencyLimit.INTERVAL.toNanos();
        limit.started(); // and never answered
        assertThat(limit.limit()).isEqualTo(LEAST);
    }

    /** The receiver works on each call, also if nobody waits for its answer any more. */
    @Test
    void aReceiverThatTakesLessThanTheLeastInTheTimeOfACallAnswersMostCallsInTime() {
        AdaptiveConcurrencyLimit single = new AdaptiveConcurrencyLimit(64, MOST, () -> nanos);
        assertThat(answeredInTime(single, 20, Duration.ofSeconds(30))).isGreaterThan(30 * 20 / 2);
        assertThat(answeredInTime(single, 20, Duration.ofSeconds(60))).isGreaterThan((int) (0.9 * 60 * 20));
    }

    @Test
    void theLimitIsHalvedOnceForAllCallsThatWereInFlight() {
        AdaptiveConcurrencyLimit single = new AdaptiveConcurrencyLimit(64, MOST, () -> nanos);
        long start = single.started();
        nanos += TIMEOUT.toNanos();
        for (int i = 0; i < 64; i++) {
            single.timedOut(start);
        }
        assertThat(single.limit()).isEqualTo(32);
    }

    @Test
    void oneCallIsPermittedHoweverManyExceedTheirTime() {
        exceedTime(20);
        assertThat(limit.limit()).isEqualTo(1);
    }

    @Test
    void theLeastIsPermittedAgainOnceCallsAreAnsweredInTime() {
        exceedTime(20);
        send(new Receiver(Duration.ofMillis(5), UNLIMITED), Duration.ofMillis(100), 1);
        assertThat(limit.limit()).isGreaterThanOrEqualTo(LEAST);
    }

    private void exceedTime(int calls) {
        for (int i = 0; i < calls; i++) {
            nanos += TIMEOUT.toNanos();
            limit.timedOut(limit.started());
        }
    }

    /** Sends as many calls as permitted to a receiver that is near; returns how many were answered in time. */
    private int answeredInTime(AdaptiveConcurrencyLimit permitted, int callsPerSecond, Duration time) {
        long end = nanos + time.toNanos();
        int answered = 0;
        while (nanos < end) {
            while (inFlight.size() < permitted.limit()) {
                lastEnd = Math.max(nanos, lastEnd) + 1_000_000_000L / callsPerSecond;
                inFlight.add(new long[] {permitted.started(), lastEnd});
            }
            long[] call = inFlight.remove();
            long given = call[0] + TIMEOUT.toNanos();
            nanos = Math.max(nanos, Math.min(call[1], given));
            if (call[1] <= given) {
                permitted.answered(call[0], 1);
                answered++;
            } else {
                permitted.timedOut(call[0]);
            }
        }
        return answered;
    }

    /** Sends as many calls as permitted; returns how many were answered. */
    private int send(Receiver receiver, Duration time, double fullness) {
        long end = nanos + time.toNanos();
        int answered = 0;
        while (nanos < end) {
            while (inFlight.size() < limit.limit()) {
                long start = limit.started();
                lastEnd = Math.max(
                        nanos + receiver.distance().toNanos(), lastEnd + 1_000_000_000L / receiver.callsPerSecond());
                inFlight.add(new long[] {start, lastEnd});
            }
            long[] call = inFlight.remove();
            nanos = call[1];
            limit.answered(call[0], fullness);
            answered++;
        }
        return answered;
    }
}
