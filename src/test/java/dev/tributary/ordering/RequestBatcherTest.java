package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestBatcherTest {

    private static final int CALLS_AT_ONCE = 2;
    private static final int MOST_PER_CALL = 3;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<List<String>> calls = new ArrayList<>();
    private final List<CompletableFuture<Void>> answers = new ArrayList<>();
    private final RequestBatcher<String> batcher = new RequestBatcher<>(
            new RequestBatcher.Limits(CALLS_AT_ONCE, MOST_PER_CALL, 10),
            name -> name.charAt(0),
            String::length,
            call -> {
                calls.add(call);
                answers.add(new CompletableFuture<>());
                return answers.get(answers.size() - 1);
            },
            (call, thrown) -> {});

    @Test
    void anElementIsSentAtOnceWhileFewCallsAreInFlight() {
        submit("a", "b");
        assertThat(calls).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void elementsThatArriveMeanwhileShareTheNextCall() {
        submit("a", "b", "c", "d");
        assertThat(calls).hasSize(CALLS_AT_ONCE);
        answers.get(0).complete(null);
        assertThat(calls).containsExactly(List.of("a"), List.of("b"), List.of("c", "d"));
    }

    @Test
    void aCallTakesNoMoreThanItMayAndTheRestFollowsInOrder() {
        submit("a", "b", "c", "d", "e", "f");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("c", "d", "e"), List.of("f"));
    }

    @Test
    void aCallIsNotHeavierThanItMayBeUnlessOneElementIs() {
        submit("a", "b", "c5555", "d5555", "e666666", "f", "g9999999999999");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("c5555", "d5555"), List.of("e666666", "f"));
        answers.get(2).complete(null);
        assertThat(calls.get(4)).containsExactly("g9999999999999");
    }

    @Test
    void aCallThatFailsFreesItsSlot() {
        submit("a", "b", "c");
        answers.get(0).completeExceptionally(new IllegalStateException("no answer"));
        assertThat(calls).hasSize(3);
    }

    @Test
    void elementsThatMayNotShareACallAreSentInOrder() {
        submit("a", "b", "c1", "c2", "d", "c3");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("c1", "d"), List.of("c2"));
        answers.get(2).complete(null);
        assertThat(calls.get(4)).containsExactly("c3");
    }

    /** As where many items want the same target row. */
    @Test
    void aThousandElementsOfOneIdentityDoNotDelayOthers() {
        submit("a", "b");
        IntStream.range(0, 1_000).forEach(n -> submit("h" + n));
        submit("x", "y", "z");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("h0", "x", "y"), List.of("z", "h1"));
        for (int answer = 2; answer < answers.size(); answer++) {
            answers.get(answer).complete(null);
        }
        assertThat(calls.subList(4, calls.size()))
                .as("each in order")
                .isEqualTo(IntStream.range(2, 1_000)
                        .mapToObj(n -> List.of("h" + n))
                        .toList());
    }

    @Test
    void callsThatEndAtOnceLeaveNothingWaiting() {
        List<String> sent = new ArrayList<>();
        RequestBatcher<String> quick = new RequestBatcher<>(
                new RequestBatcher.Limits(1, 1, 10),
                name -> name,
                String::length,
                call -> {
                    sent.addAll(call);
                    return CompletableFuture.completedFuture(null);
                },
                (call, thrown) -> {});
        List.of("a", "b", "c").forEach(quick::submit);
        assertThat(sent).containsExactly("a", "b", "c");
    }

    /** Each of them was called from within the one before it. */
    @Test
    void aLongRunOfCallsThatEndAtOnceDoesNotExhaustTheStack() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        List<String> sent = new ArrayList<>();
        RequestBatcher<String> quick = oneByOne(
                call -> {
                    sent.addAll(call);
                    return sent.size() == 1 ? first : CompletableFuture.completedFuture(null);
                },
                (call, thrown) -> {});
        IntStream.range(0, 100_000).forEach(n -> quick.submit("a" + n));
        first.complete(null);
        assertThat(sent).hasSize(100_000);
    }

    /** As where the end of a change submits the next one. */
    @Test
    void elementsSubmittedByTheEndOfACallDoNotNest() {
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(100_000);
        List<RequestBatcher<String>> self = new ArrayList<>();
        self.add(new RequestBatcher<>(
                new RequestBatcher.Limits(1_000, 1, 10),
                name -> name,
                String::length,
                call -> {
                    assertThat(depth.incrementAndGet()).isEqualTo(1);
                    if (left.getAndDecrement() > 0) {
                        self.get(0).submit("next");
                    }
                    depth.decrementAndGet();
                    return CompletableFuture.completedFuture(null);
                },
                (call, thrown) -> left.set(0)));
        self.get(0).submit("first");
        assertThat(left).hasValue(-1);
    }

    @Test
    void aCallThatThrowsIsReportedAndFreesItsSlot() {
        IllegalStateException failure = new IllegalStateException("on purpose");
        Map<List<String>, Throwable> failures = new HashMap<>();
        RequestBatcher<String> throwing = oneByOne(
                call -> {
                    throw failure;
                },
                failures::put);
        List.of("a", "b", "c").forEach(throwing::submit);
        assertThat(failures).isEqualTo(Map.of(List.of("a"), failure, List.of("b"), failure, List.of("c"), failure));
    }

    /** As where rows are large: it looked through all that waited, for each call. */
    @Test
    void aCallLooksAtNoMoreElementsHoweverManyWait() {
        AtomicInteger weighed = new AtomicInteger();
        CompletableFuture<Void> first = new CompletableFuture<>();
        RequestBatcher<String> heavy = new RequestBatcher<>(
                new RequestBatcher.Limits(1, MOST_PER_CALL, 10),
                name -> name,
                name -> {
                    weighed.incrementAndGet();
                    return 7;
                },
                call -> first.isDone() ? new CompletableFuture<>() : first,
                (call, thrown) -> {});
        IntStream.range(0, 10_000).forEach(n -> heavy.submit("a" + n));
        weighed.set(0);
        first.complete(null);
        assertThat(weighed).hasValueLessThan(10 * MOST_PER_CALL);
    }

    private RequestBatcher<String> oneByOne(
            Function<List<String>, CompletableFuture<?>> send, BiConsumer<List<String>, Throwable> failed) {
        return new RequestBatcher<>(new RequestBatcher.Limits(1, 1, 10), name -> name, String::length, send, failed);
    }

    @Test
    void elementsWaitForTheRateLimiter() {
        AtomicLong nanos = new AtomicLong();
        AdaptiveRateLimiter limiter = new AdaptiveRateLimiter(nanos::get);
        limiter.throttled(10);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        limiter.throttled(10);
        assertThat(limiter.rate()).isEqualTo(1);
        ConcurrentLinkedQueue<String> sent = new ConcurrentLinkedQueue<>();
        RequestBatcher<String> slow = new RequestBatcher<>(
                new RequestBatcher.Limits(CALLS_AT_ONCE, MOST_PER_CALL, 10),
                name -> name,
                String::length,
                call -> {
                    sent.addAll(call);
                    return CompletableFuture.completedFuture(null);
                },
                (call, thrown) -> {},
                new RequestBatcher.Pace(limiter, timer));
        List.of("a", "b").forEach(slow::submit);
        assertThat(sent).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        await().untilAsserted(() -> assertThat(sent).containsExactly("a"));
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        await().untilAsserted(() -> assertThat(sent).containsExactly("a", "b"));
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private void submit(String... elements) {
        List.of(elements).forEach(batcher::submit);
    }
}
