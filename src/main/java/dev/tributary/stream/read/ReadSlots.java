package dev.tributary.stream.read;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one kind for the shards of one source, such as its reads, on the threads of the process, and bounds how
 * many run at the same time, so that a stream that does not reply leaves threads to the others. Further calls start in the
 * order of submission. Safe for any thread.
 */
public final class ReadSlots {

    private final Executor threads;
    private final int limit;

    /** Guarded by this, as is the number that runs. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private int running;
    private volatile boolean closed;

    /**
     * @param threads may run any number of tasks at the same time
     * @param limit of what runs at the same time
     */
    public ReadSlots(Executor threads, int limit) {
        this.threads = threads;
        this.limit = limit;
    }

    /**
     * Runs the call now or when others have ended.
     *
     * @param read throws nothing
     */
    public void submit(Runnable read) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (running == limit) {
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
