package dev.tributary.stream.read;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one kind for the shards of one source, such as its reads, on the threads of the process, and bounds how
 * many run at the same time, so that a stream that does not reply leaves threads to the others. Further calls start in the
 * order of submission. Calls throw nothing. Safe for any thread.
 */
public final class ReadSlots {

    private final ReaderThreads threads;
    private final int limit;

    /** Guarded by this, as is the number that runs. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private int running;
    private volatile boolean closed;

    /**
     * @param limit of what runs at the same time
     */
    public ReadSlots(ReaderThreads threads, int limit) {
        this.threads = threads;
        this.limit = limit;
    }

    /** Runs the call now, or when others have ended. */
    void submit(Runnable call) {
        if (mayRun(call)) {
            threads.execute(() -> run(call));
        }
    }

    /** Runs the call after the patient tasks of the process, or when others have ended. */
    public void submitPatiently(Runnable call) {
        threads.executePatiently(() -> {
            if (mayRun(call)) {
                run(call);
            }
        });
    }

    /** Whether the call may run now; otherwise it waits. */
    private synchronized boolean mayRun(Runnable call) {
        if (closed) {
            return false;
        }
        if (running == limit) {
            waiting.add(call);
            return false;
        }
        running++;
        return true;
    }

    /** No call starts from now on. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
    }

    boolean closed() {
        return closed;
    }

    private void run(Runnable first) {
        for (@Nullable Runnable call = first; call != null; call = next()) {
            call.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable call = waiting.poll();
        if (call == null) {
            running--;
        }
        return call;
    }
}
