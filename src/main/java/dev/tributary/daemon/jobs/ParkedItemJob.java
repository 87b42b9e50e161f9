package dev.tributary.daemon.jobs;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.Redrive;
import dev.tributary.jobs.RedriveResult;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Redrives or discards parked items of one route within the daemon, as the commands {@code dead-letters redrive} and {@code
 * discard} do beside it. Holds the route's lock meanwhile. Made for one action.
 */
public final class ParkedItemJob {

    /** Items of one action; it is repeated for more. */
    public static final int MAX_ITEMS = 500;

    private static final int PAGE = 250;

    /** Items that are worked on at the same time. */
    private static final int PARALLEL = 16;

    private final RouteJobs route;
    private final RouteParts parts;
    private final RouteDeadLetters deadLetters;

    private volatile boolean stopped;

    /**
     * The result of an action.
     *
     * @param items number of items that have no dead letters any more
     * @param changes number of dead letters that were applied or deleted
     * @param left number of selected items that still have some
     * @param reason why the first of those has
     * @param more whether there are more such items than one action takes
     */
    public record Done(int items, int changes, int left, Optional<String> reason, boolean more) {

        private Done with(RedriveResult one) {
            return new Done(
                    items + (one.left() == 0 ? 1 : 0),
                    changes + one.done(),
                    left + (one.left() == 0 ? 0 : 1),
                    reason.or(one::reason),
                    more);
        }
    }

    /** The items that an action works on. */
    private record Selection(List<ParkedItem> items, boolean more) {}

    /**
     * @param timer waits for the lock, and runs what follows calls
     */
    public ParkedItemJob(
            String sourceName,
            String routeName,
            Settings settings,
            CheckedTables tables,
            Clients clients,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.route = new RouteJobs(sourceName, routeName, settings, tables, clients, timer, clock);
        this.parts = route.parts();
        this.deadLetters = parts.deadLetters();
    }

    /** Starts no further items; those under way end. */
    public void stop() {
        stopped = true;
    }

    /**
     * Applies the dead letters of the selected items, and deletes those that the target accepts.
     *
     * @return fails with {@link JobLock.LockedException} if another job holds the lock
     */
    public CompletableFuture<Done> redrive(Predicate<ParkedItem> selected) {
        return run(selected, lock -> {
            Redrive redrive = route.redrive(lock);
            return item -> redrive.item(item.item());
        });
    }

    /**
     * Deletes the dead letters of the selected items.
     *
     * @return fails with {@link JobLock.LockedException} if another job holds the lock
     */
    public CompletableFuture<Done> discard(Predicate<ParkedItem> selected) {
        return run(
                selected,
                lock -> item -> lock.ensure().thenCompose(held -> deadLetters
                        .discard(item.item())
                        .thenApply(deleted -> new RedriveResult(deleted, 0, Optional.empty()))));
    }

    private CompletableFuture<Done> run(
            Predicate<ParkedItem> selected,
            Function<JobLock, Function<ParkedItem, CompletableFuture<RedriveResult>>> work) {
        JobLock lock = parts.deadLetterLock(JobLock.thisProcess());
        return lock.during(holder -> {}, () -> select(selected, Optional.empty(), new ArrayList<>())
                .thenCompose(found ->
                        each(found.items(), 0, work.apply(lock), new Done(0, 0, 0, Optional.empty(), found.more()))));
    }

    private CompletableFuture<Selection> select(
            Predicate<ParkedItem> selected, Optional<String> after, List<ParkedItem> found) {
        return deadLetters.items(after, PAGE).thenCompose(page -> {
            page.stream().filter(selected).forEach(found::add);
            if (page.size() < PAGE || found.size() > MAX_ITEMS || stopped) {
                return CompletableFuture.completedFuture(
                        new Selection(found.subList(0, Math.min(found.size(), MAX_ITEMS)), found.size() > MAX_ITEMS));
            }
            return select(selected, Optional.of(page.get(page.size() - 1).item()), found);
        });
    }

    private CompletableFuture<Done> each(
            List<ParkedItem> items,
            int from,
            Function<ParkedItem, CompletableFuture<RedriveResult>> work,
            Done before) {
        if (from >= items.size() || stopped) {
            return CompletableFuture.completedFuture(before);
        }
        int to = Math.min(items.size(), from + PARALLEL);
        List<CompletableFuture<RedriveResult>> running =
                items.subList(from, to).stream().map(work).toList();
        return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
                .thenCompose(ended -> {
                    Done done = before;
                    for (CompletableFuture<RedriveResult> one : running) {
                        done = done.with(one.join());
                    }
                    return each(items, to, work, done);
                });
    }
}
