package dev.tributary.stream;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that runs a task once a second, until it is stopped or the task fails. Started and stopped once. */
final class Ticker {

    private static final Logger log = LoggerFactory.getLogger(Ticker.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final Task task;
    private final Consumer<Throwable> onFatal;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /** A task that may be interrupted by {@link #stop}. */
    @FunctionalInterface
    interface Task {
        void run() throws InterruptedException;
    }

    /**
     * @param name of the thread
     * @param onFatal receives what the task throws
     */
    Ticker(String name, Task task, Consumer<Throwable> onFatal) {
        this.task = task;
        this.onFatal = onFatal;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Interrupts the task, and waits a second for its end. */
    void stop() throws InterruptedException {
        stopped.countDown();
        thread.interrupt();
        thread.join(TICK.toMillis());
    }

    boolean stopped() {
        return stopped.getCount() == 0;
    }

    private void run() {
        try {
            while (!stopped.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                task.run();
            }
        } catch (InterruptedException e) {
            log.debug("{} ends", thread.getName());
        } catch (RuntimeException | Error e) {
            onFatal.accept(e);
        }
    }
}
