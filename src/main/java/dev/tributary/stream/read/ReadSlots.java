package dev.tributary.stream.read;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the reads of the shards of one source on the threads of the process, and bounds how many run at the same time, so
 * that a stream that does not answer leaves threads to the others. Further reads start in the order of submission. Safe for
 * any thread.
 */
public final class ReadSlots {

    /** A read waits for the network most of its time, and returns up to a thousand changes. */
    private static final int LIMIT = 16;

    private final Executor threads;

    /** Guarded by this, as is the number that runs. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private int running;
    private volatile boolean closed;

    /**
     * @param threads may run any number of tasks at the same time
     */
    public ReadSlots(Executor threads) {
        this.threads = threads;
    }

    /**
     * @param read throws nothing
     */
    void submit(Runnable read) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (running == LIMIT) {
                waiting.add(read);
                return;
            }
            running++;
        }
        threads.execute(() -> run(read));
    }

    /** No read starts from now on. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
    }

    boolean closed() {
        return closed;
    }

    private void run(Runnable first) {
        for (@Nullable Runnable read = first; read != null; read = next()) {
            read.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable read = waiting.poll();
        if (read == null) {
            running--;
        }
        return read;
    }
}
