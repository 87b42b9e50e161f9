package dev.tributary.ordering;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every interleaving of one who submits with one who completes. */
@Tag("slow")
class KeyedSerialExecutorRaceTest {

    /** Interleavings to look at; half of them suffice to find a lane that is looked at and removed in two steps. */
    private static final int INVOCATIONS = 600;

    /** The tasks of one key that have begun, and the running one. */
    private static final class Key {

        private final String name;
        private final List<Integer> began = new ArrayList<>();
        private CompletableFuture<Void> running;
        private boolean overlapped;

        Key(String name) {
            this.name = name;
        }

        /** Starts a task and leaves it running. */
        synchronized CompletableFuture<Void> begin(List<Integer> task) {
            overlapped |= running != null;
            began.addAll(task);
            running = new CompletableFuture<>();
            return running;
        }

        /** Ends the task that runs, if one does. */
        boolean end() {
            CompletableFuture<Void> ending;
            synchronized (this) {
                ending = running;
                running = null;
            }
            return ending != null && ending.complete(null);
        }
    }

    private record Task(Key key, int number) {}

    private static KeyedSerialExecutor<String, Task> executor() {
        return new KeyedSerialExecutor<>(KeyedSerialExecutorRaceTest::begin, (key, failure) -> {});
    }

    /** Without streams, whose steps would all be followed. */
    private static CompletableFuture<Void> begin(List<Task> tasks) {
        List<Integer> numbers = new ArrayList<>();
        for (Task task : tasks) {
            numbers.add(task.number);
        }
        return tasks.get(0).key.begin(numbers);
    }

    private static void submit(KeyedSerialExecutor<String, Task> executor, Key key, int number) {
        executor.submit(key.name, new Task(key, number));
    }

    @Test
    void aTaskSubmittedWhileItsKeyEndsIsNeitherLostNorBesideAnother() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            KeyedSerialExecutor<String, Task> executor = executor();
            Key key = new Key("a");
            submit(executor, key, 1);
            Thread completer = new Thread(key::end);
            completer.start();
            submit(executor, key, 2);
            submit(executor, key, 3);
            join(completer);
            checkAndDrain(executor, key);
            check(key.began.equals(List.of(1, 2, 3)), "all in order");
        });
    }

    @Test
    void ofTwoThatSubmitToAKeyAtRestOneRunsAndTheOtherWaits() {
        Lincheck.runConcurrentTest(INVOCATIONS / 4, () -> {
            KeyedSerialExecutor<String, Task> executor = executor();
            Key key = new Key("a");
            Thread other = new Thread(() -> submit(executor, key, 2));
            other.start();
            submit(executor, key, 1);
            join(other);
            check(key.began.size() == 1, "one runs");
            checkAndDrain(executor, key);
            check(key.began.equals(List.of(1, 2)) || key.began.equals(List.of(2, 1)), "both");
        });
    }

    private static void checkAndDrain(KeyedSerialExecutor<String, Task> executor, Key key) {
        while (key.end()) {
            check(!key.overlapped, "one at a time");
        }
        check(!key.overlapped, "one at a time");
        check(executor.activeKeys() == 0, "nothing is kept of a key at rest");
    }

    /** Without a library: Lincheck follows every call made here. */
    private static void check(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError("broken: " + promise);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
