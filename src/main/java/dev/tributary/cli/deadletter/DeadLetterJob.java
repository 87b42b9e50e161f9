package dev.tributary.cli.deadletter;

import dev.tributary.daemon.jobs.RouteParts;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.ParkedItem;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs commands that delete dead letters, one route at a time, while holding the lock of the route. */
final class DeadLetterJob {

    private final PrintWriter err;

    /** The work on the items of a route. */
    interface Work {
        void run(JobLock lock) throws StartException;
    }

    DeadLetterJob(PrintWriter err) {
        this.err = err;
    }

    /** The selected items that have dead letters now. */
    static List<ParkedItem> items(DeadLetterRoute route, ItemOptions options) throws StartException {
        List<ParkedItem> selected = new ArrayList<>();
        route.visit(Optional.empty(), item -> {
            if (options.select(item, route)) {
                selected.add(item);
            }
            return true;
        });
        return selected;
    }

    /**
     * Runs the work while no other job deletes dead letters of the route.
     *
     * @throws StartException if another job does, or a call to a table fails
     */
    void run(DeadLetterRoute route, Work work) throws StartException {
        JobLock lock = route.parts().deadLetterLock(JobLock.thisProcess());
        route.await(lock.take(holder -> {
            err.printf(
                    "Another job (%s) holds the lock on the dead letters of %s. Waiting %d s for it to renew the lock.%n",
                    holder, route.name(), RouteParts.LOCK.toSeconds());
            err.flush();
        }));
        try {
            work.run(lock);
        } finally {
            route.await(lock.release());
        }
    }

    /** {@code 1 change}, {@code 2 changes}. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
