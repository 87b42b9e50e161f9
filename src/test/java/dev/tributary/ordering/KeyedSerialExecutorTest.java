package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeyedSerialExecutorTest {

    /** A task that the test completes. */
    private final Map<List<Integer>, CompletableFuture<Void>> running = new HashMap<>();

    private final Map<String, Throwable> failures = new HashMap<>();

    private final KeyedSerialExecutor<String, Integer> executor = new KeyedSerialExecutor<>(
            tasks -> {
                CompletableFuture<Void> done = new CompletableFuture<>();
                running.put(tasks, done);
                return done;
            },
            failures::put);

    @Test
    void tasksOfDifferentKeysRunAtTheSameTime() {
        executor.submit("a", 1);
        executor.submit("b", 2);
        assertThat(running).containsOnlyKeys(List.of(1), List.of(2));
    }

    @Test
    void aTaskWaitsForTheOneBeforeItOfTheSameKey() {
        executor.submit("a", 1);
        executor.submit("a", 2);
        assertThat(running).containsOnlyKeys(List.of(1));
        running.get(List.of(1)).complete(null);
        assertThat(running).containsKey(List.of(2));
    }

    @Test
    void tasksThatWaitForTheSameKeyRunTogetherInOrder() {
        executor.submit("a", 1);
        executor.submit("a", 2);
        executor.submit("a", 3);
        running.get(List.of(1)).complete(null);
        assertThat(running).containsOnlyKeys(List.of(1), List.of(2, 3));
    }

    /** Otherwise a later change of an item would overtake the failed one. */
    @Test
    void nothingOvertakesATaskThatFailedAndTheFailureIsReported() {
        IllegalStateException failure = new IllegalStateException("failed on purpose");
        executor.submit("a", 1);
        executor.submit("a", 2);
        running.get(List.of(1)).completeExceptionally(failure);
        executor.submit("a", 3);
        executor.submit("b", 4);
        assertThat(running).containsOnlyKeys(List.of(1), List.of(4));
        assertThat(failures).containsExactly(entry("a", failure));
    }

    @Test
    void workThatThrowsHasFailedToo() {
        IllegalStateException failure = new IllegalStateException("thrown on purpose");
        List<Integer> ran = new ArrayList<>();
        KeyedSerialExecutor<String, Integer> throwing = new KeyedSerialExecutor<>(
                tasks -> {
                    ran.addAll(tasks);
                    throw failure;
                },
                failures::put);
        throwing.submit("a", 1);
        throwing.submit("a", 2);
        assertThat(ran).containsExactly(1);
        assertThat(failures).containsExactly(entry("a", failure));
    }

    /** What merged them one by one took seconds for these, under the lock of all keys. */
    @Test
    void aTaskIsHandedOverOnceHoweverManyWait() {
        AtomicInteger handed = new AtomicInteger();
        CompletableFuture<Void> first = new CompletableFuture<>();
        KeyedSerialExecutor<String, Integer> counting = new KeyedSerialExecutor<>(
                tasks -> {
                    handed.addAndGet(tasks.size());
                    return first;
                },
                failures::put);
        for (int task = 0; task < 100_000; task++) {
            counting.submit("a", task);
        }
        first.complete(null);
        assertThat(handed).hasValue(100_000);
    }

    @Test
    void nothingIsKeptOfAKeyAtRest() {
        executor.submit("a", 1);
        running.get(List.of(1)).complete(null);
        assertThat(executor.activeKeys()).isZero();
    }

    @Test
    void aLongRunOfTasksThatEndAtOnceDoesNotExhaustTheStack() {
        List<Integer> ended = new ArrayList<>();
        CompletableFuture<Void> first = new CompletableFuture<>();
        AtomicReference<KeyedSerialExecutor<String, Integer>> itself = new AtomicReference<>();
        itself.set(new KeyedSerialExecutor<>(
                tasks -> {
                    ended.addAll(tasks);
                    int next = tasks.get(0) + 1;
                    if (next <= 100_000) {
                        itself.get().submit("a", next);
                    }
                    return next == 1 ? first : CompletableFuture.completedFuture(null);
                },
                failures::put));
        itself.get().submit("a", 0);
        first.complete(null);
        assertThat(ended).endsWith(100_000).hasSize(100_001);
    }

    /** Many threads, random delays: of each key the tasks run in order and never two at a time, and none is lost. */
    @Property(tries = 20)
    void everyTaskRunsOnceInTheOrderOfItsKeyAndNeverBesideAnother(
            @ForAll @Size(min = 50, max = 300) List<@IntRange(max = 5) Integer> keys, @ForAll Random random)
            throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Map<Integer, List<Integer>> ran = new ConcurrentHashMap<>();
            Map<Integer, AtomicInteger> atOnce = new ConcurrentHashMap<>();
            CountDownLatch left = new CountDownLatch(keys.size());
            record Task(int key, int number) {}
            KeyedSerialExecutor<Integer, Task> concurrent = new KeyedSerialExecutor<>(
                    tasks -> CompletableFuture.runAsync(
                            () -> {
                                int key = tasks.get(0).key();
                                AtomicInteger count = atOnce.computeIfAbsent(key, first -> new AtomicInteger());
                                assertThat(count.incrementAndGet()).isOne();
                                List<Integer> numbers = ran.computeIfAbsent(key, first -> new ArrayList<>());
                                tasks.forEach(task -> numbers.add(task.number()));
                                if (random.nextBoolean()) {
                                    Thread.onSpinWait();
                                }
                                count.decrementAndGet();
                                tasks.forEach(task -> left.countDown());
                            },
                            pool),
                    (key, failure) -> {});
            for (int number = 0; number < keys.size(); number++) {
                concurrent.submit(keys.get(number), new Task(keys.get(number), number));
            }
            assertThat(left.await(20, TimeUnit.SECONDS)).as("all tasks ran").isTrue();
            ran.forEach((key, numbers) -> assertThat(numbers).isSorted().doesNotHaveDuplicates());
        } finally {
            pool.shutdownNow();
        }
    }
}
