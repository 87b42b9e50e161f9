package dev.tributary.ordering;

import static org.assertj.core.api.Assertions.assertThat;

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
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeyedSerialExecutorTest {

    /** Work that ends when the test says so. */
    private final Map<List<Integer>, CompletableFuture<Void>> running = new HashMap<>();

    private final KeyedSerialExecutor<String, List<Integer>> executor = new KeyedSerialExecutor<>(
            task -> {
                CompletableFuture<Void> done = new CompletableFuture<>();
                running.put(task, done);
                return done;
            },
            KeyedSerialExecutorTest::joined);

    @Test
    void tasksOfDifferentKeysRunAtTheSameTime() {
        executor.submit("a", List.of(1));
        executor.submit("b", List.of(2));
        assertThat(running).containsOnlyKeys(List.of(1), List.of(2));
    }

    @Test
    void aTaskWaitsForTheOneBeforeItOfTheSameKey() {
        executor.submit("a", List.of(1));
        executor.submit("a", List.of(2));
        assertThat(running).containsOnlyKeys(List.of(1));
        running.get(List.of(1)).complete(null);
        assertThat(running).containsKey(List.of(2));
    }

    @Test
    void tasksThatWaitForTheSameKeyAreMergedInOrder() {
        executor.submit("a", List.of(1));
        executor.submit("a", List.of(2));
        executor.submit("a", List.of(3));
        running.get(List.of(1)).complete(null);
        assertThat(running).containsOnlyKeys(List.of(1), List.of(2, 3));
    }

    @Test
    void aFailedTaskDoesNotHoldUpTheNextOfItsKey() {
        executor.submit("a", List.of(1));
        executor.submit("a", List.of(2));
        running.get(List.of(1)).completeExceptionally(new IllegalStateException("failed on purpose"));
        assertThat(running).containsKey(List.of(2));
    }

    @Test
    void nothingIsKeptOfAKeyAtRest() {
        executor.submit("a", List.of(1));
        running.get(List.of(1)).complete(null);
        assertThat(executor.activeKeys()).isZero();
    }

    @Test
    void aLongRunOfTasksThatEndAtOnceDoesNotExhaustTheStack() {
        List<Integer> ended = new ArrayList<>();
        CompletableFuture<Void> first = new CompletableFuture<>();
        KeyedSerialExecutor<String, Integer> immediate = new KeyedSerialExecutor<>(
                task -> {
                    ended.add(task);
                    return task == 0 ? first : CompletableFuture.completedFuture(null);
                },
                (waiting, next) -> next);
        immediate.submit("a", 0);
        for (int task = 1; task <= 100_000; task++) {
            immediate.submit("a", task);
            immediate.submit("b", task);
        }
        first.complete(null);
        assertThat(ended).endsWith(100_000).hasSize(100_002);
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
            record Task(int key, List<Integer> numbers) {}
            KeyedSerialExecutor<Integer, Task> concurrent = new KeyedSerialExecutor<>(
                    task -> CompletableFuture.runAsync(
                            () -> {
                                AtomicInteger count = atOnce.computeIfAbsent(task.key(), key -> new AtomicInteger());
                                assertThat(count.incrementAndGet()).isOne();
                                ran.computeIfAbsent(task.key(), key -> new ArrayList<>())
                                        .addAll(task.numbers());
                                if (random.nextBoolean()) {
                                    Thread.onSpinWait();
                                }
                                count.decrementAndGet();
                                task.numbers().forEach(number -> left.countDown());
                            },
                            pool),
                    (waiting, next) -> new Task(next.key(), joined(waiting.numbers(), next.numbers())));
            for (int number = 0; number < keys.size(); number++) {
                concurrent.submit(keys.get(number), new Task(keys.get(number), List.of(number)));
            }
            assertThat(left.await(20, TimeUnit.SECONDS)).as("all tasks ran").isTrue();
            ran.forEach((key, numbers) -> assertThat(numbers).isSorted().doesNotHaveDuplicates());
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<Integer> joined(List<Integer> first, List<Integer> second) {
        List<Integer> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }
}
