package dev.tributary.cli;

import dev.tributary.daemon.Clients;
import dev.tributary.daemon.StartException;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.latewrite.LateWriteTiming;
import dev.tributary.latewrite.LateWrites;
import dev.tributary.latewrite.RouteLateWrites;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** What takes dead letters out of one route at a time, while it holds the route's lock. */
final class DeadLetterJob implements AutoCloseable {

    /** Above twice the longest call, so that a write can always start; a job that was killed is waited for as long. */
    private static final Duration LOCK = Clients.CALL_TIMEOUT.multipliedBy(3);

    private final PrintWriter err;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "timer"));

    /** What is done about items of a route. */
    interface Work {
        void run(JobLock lock) throws StartException;
    }

    DeadLetterJob(PrintWriter err) {
        this.err = err;
    }

    /** The chosen items that have parked changes now. */
    static List<ParkedItem> items(DeadLetterRoute route, ItemOptions options) throws StartException {
        List<ParkedItem> chosen = new ArrayList<>();
        route.whileTrue(Optional.empty(), item -> {
            if (options.choose(item, route)) {
                chosen.add(item);
            }
            return true;
        });
        return chosen;
    }

    /** The late writes of a route, as far as this job has to do with them. */
    RouteLateWrites lateWrites(DeadLetterRoute route) {
        return LateWrites.ofJob(
                        route.lateWrites(),
                        route.sourceName(),
                        UUID.randomUUID().toString(),
                        new LateWriteTiming(route.lateWriteHorizon()),
                        Clock.systemUTC(),
                        timer,
                        new SimpleMeterRegistry())
                .route(route.name(), write -> route.target().apply(write, () -> true));
    }

    /**
     * Runs the work while no other job takes dead letters of the route out.
     *
     * @throws StartException if another one does, or a table fails
     */
    void run(DeadLetterRoute route, Work work) throws StartException {
        JobLock lock = route.table()
                .lock(route.name(), new JobLock.Timing(LOCK, Clients.CALL_TIMEOUT, System::nanoTime, timer), holder());
        route.answer(lock.take(holder -> {
            err.printf(
                    "Another job (%s) takes dead letters of %s out, or was killed: waiting %d s to see which.%n",
                    holder, route.name(), LOCK.toSeconds());
            err.flush();
        }));
        try {
            work.run(lock);
        } finally {
            route.answer(lock.release());
        }
    }

    /** {@code 1 change}, {@code 2 changes}. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String holder() {
        long process = ProcessHandle.current().pid();
        try {
            return "process " + process + " on " + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "process " + process;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
