package dev.tributary.jobs;

import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.latewrite.RouteLateWrites;
import dev.tributary.model.Change;
import dev.tributary.model.Failures;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.projection.Projection;
import dev.tributary.table.TargetTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Applies the dead letters of an item to their target. The daemon may run meanwhile.
 *
 * <p>All dead letters of an item become one write, as in a pipeline. If the target refuses that write, the changes are
 * applied one by one, each together with the refused changes before it. Dead letters are deleted after the target has
 * accepted their write, the oldest first. So the last one, behind which the daemon parks new changes, is deleted last,
 * and then the dead letters are read again until there are none.
 *
 * <p>An interrupted redrive can be repeated: it writes the same rows with the same or newer versions. Safe for any thread;
 * an item must not be redriven twice at the same time.
 */
public final class Redrive {

    private final Projection projection;
    private final TargetTable target;
    private final RouteDeadLetters deadLetters;
    private final RouteLateWrites late;
    private final JobLock lock;
    private final Supplier<CompletableFuture<Optional<Instant>>> unparked;

    /**
     * @param projection of the route
     * @param target of the route; its client retries
     * @param late the late writes of this process on the route: a client that retries may leave calls in flight
     * @param lock held already; checked before each write
     * @param unparked reads until when changes may not have been parked behind dead letters; those from before are left
     */
    public Redrive(
            Projection projection,
            TargetTable target,
            RouteDeadLetters deadLetters,
            RouteLateWrites late,
            JobLock lock,
            Supplier<CompletableFuture<Optional<Instant>>> unparked) {
        this.projection = projection;
        this.target = target;
        this.deadLetters = deadLetters;
        this.late = late;
        this.lock = lock;
        this.unparked = unparked;
    }

    /**
     * Redrives the dead letters of one item.
     *
     * @param item from {@link RouteDeadLetters#items}
     * @return fails if a call fails or the lock is lost; only dead letters that are in the target are deleted then
     */
    public CompletableFuture<RedriveResult> item(String item) {
        return again(item, 0);
    }

    private CompletableFuture<RedriveResult> again(String item, int done) {
        return deadLetters
                .allOf(item)
                .thenCompose(parked -> parked.isEmpty()
                        ? CompletableFuture.completedFuture(new RedriveResult(done, 0, Optional.empty()))
                        : unparked.get()
                                .thenCompose(until -> until.filter(parked.get(0).parkedAt()::isBefore)
                                        .map(last -> CompletableFuture.completedFuture(outdated(done, parked, last)))
                                        .orElseGet(() -> attempt(item, done, parked))))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof IllegalArgumentException unreadable
                        ? unreadable(item, done, unreadable)
                        : CompletableFuture.failedFuture(thrown));
    }

    private static RedriveResult outdated(int done, List<DeadLetter> parked, Instant until) {
        return new RedriveResult(
                done,
                parked.size(),
                Optional.of(
                        "parked before %s, up to when later changes may not have been parked behind it, so its row may be"
                                        .formatted(until.truncatedTo(ChronoUnit.SECONDS))
                                + " newer; discard it, then run tributary verify %s --repair"
                                        .formatted(parked.get(0).route())));
    }

    /** Applies all dead letters before the first undecoded one: in one write, or, if the target refuses it, one by one. */
    private CompletableFuture<RedriveResult> attempt(String item, int done, List<DeadLetter> parked) {
        Batch batch = new Batch();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (DeadLetter deadLetter : parked) {
            all = all.thenCompose(before -> batch.add(deadLetter));
        }
        return all.thenCompose(read -> {
            int behind = parked.size() - batch.deadLetters.size();
            if (batch.deadLetters.isEmpty() && batch.undecoded.isPresent()) {
                return CompletableFuture.completedFuture(new RedriveResult(done, behind, batch.undecoded));
            }
            return attempt(batch.write)
                    .thenCompose(refusal -> refusal.isEmpty()
                            ? deleteAll(batch.deadLetters).thenCompose(removed -> again(item, done + removed))
                            : new OneByOne(item, batch, done, behind).from(0));
        });
    }

    /** The dead letters of an item that are applied in one write. */
    private final class Batch {

        private final CoalescedWrite write = new CoalescedWrite(projection);
        private final List<DeadLetter> deadLetters = new ArrayList<>();

        /** Why the later dead letters have to wait: a later change does not replace one that cannot be decoded. */
        private Optional<String> undecoded = Optional.empty();

        CompletableFuture<Void> add(DeadLetter deadLetter) {
            return undecoded.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : Redrive.this
                            .deadLetters
                            .change(deadLetter)
                            .thenAccept(found -> found.ifPresent(change -> {
                                if (change instanceof Change.Undecoded unreadable) {
                                    undecoded = Optional.of(unreadable.reason() + ": it can only be discarded");
                                } else {
                                    deadLetters.add(deadLetter);
                                    write.add(change);
                                }
                            }));
        }
    }

    /** A row of the dead letter was deleted or edited by hand. */
    private CompletableFuture<RedriveResult> unreadable(String item, int done, IllegalArgumentException why) {
        return deadLetters
                .of(item)
                .thenApply(parked -> new RedriveResult(
                        done,
                        Math.max(1, parked.size()),
                        Optional.of(why.getMessage() + ": it can only be discarded")));
    }

    /** Completes with the reason why the target refuses the write; empty if it accepts it. */
    private CompletableFuture<Optional<String>> attempt(CoalescedWrite coalesced) {
        if (coalesced.refusal().isPresent()) {
            return CompletableFuture.completedFuture(coalesced.refusal());
        }
        return coalesced
                .write()
                .map(write ->
                        late.expectAny().thenCompose(announced -> lock.ensure()).thenCompose(held -> apply(write)))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    private CompletableFuture<Optional<String>> apply(TargetWrite write) {
        CompletableFuture<Outcome> applied = target.apply(write, lock::holds);
        return applied.thenApply(outcome -> Optional.<String>empty())
                .exceptionallyCompose(Redrive::refusal)
                .thenCompose(refusal -> refusal.isPresent()
                        ? CompletableFuture.completedFuture(refusal)
                        : late.settle(write, Optional.of(applied.join())).thenApply(settled -> refusal));
    }

    private static CompletableFuture<Optional<String>> refusal(Throwable thrown) {
        WriteFailure failure = WriteFailure.of(thrown);
        return failure.kind() == Kind.SCHEMA
                ? CompletableFuture.completedFuture(Optional.of(failure.message()))
                : CompletableFuture.failedFuture(thrown);
    }

    /** Deletes the oldest first, up to the first that was replayed since it was read; completes with the number. */
    private CompletableFuture<Integer> deleteAll(List<DeadLetter> applied) {
        return deleteFrom(applied, 0);
    }

    private CompletableFuture<Integer> deleteFrom(List<DeadLetter> applied, int index) {
        if (index == applied.size()) {
            return CompletableFuture.completedFuture(index);
        }
        return lock.ensure()
                .thenCompose(held -> deadLetters.delete(applied.get(index)))
                .thenCompose(
                        deleted -> deleted ? deleteFrom(applied, index + 1) : CompletableFuture.completedFuture(index));
    }

    /** Applies the dead letters of an item one by one, each together with the refused ones before it. */
    private final class OneByOne {

        private final String item;
        private final List<DeadLetter> read;
        private final Optional<String> undecodedBehind;

        /** Number of dead letters that are not tried. */
        private final int behind;

        private final List<DeadLetter> undecided = new ArrayList<>();
        private CoalescedWrite coalesced = new CoalescedWrite(projection);
        private Optional<String> firstRefusal = Optional.empty();
        private int done;

        OneByOne(String item, Batch batch, int done, int behind) {
            this.item = item;
            this.read = batch.deadLetters;
            this.undecodedBehind = batch.undecoded;
            this.done = done;
            this.behind = behind;
        }

        CompletableFuture<RedriveResult> from(int index) {
            if (index == read.size()) {
                // One that was parked behind them meanwhile would be left.
                return undecided.isEmpty() && behind == 0
                        ? again(item, done)
                        : CompletableFuture.completedFuture(new RedriveResult(
                                done, undecided.size() + behind, firstRefusal.or(() -> undecodedBehind)));
            }
            DeadLetter deadLetter = read.get(index);
            return deadLetters.change(deadLetter).thenCompose(change -> {
                if (change.isEmpty()) {
                    return from(index + 1); // deleted meanwhile
                }
                coalesced.add(change.get());
                undecided.add(deadLetter);
                return attempt(coalesced)
                        .thenCompose(refusal -> refusal.map(reason -> refused(index, deadLetter, reason))
                                .orElseGet(() -> applied(index)));
            });
        }

        private CompletableFuture<RedriveResult> refused(int index, DeadLetter deadLetter, String reason) {
            if (firstRefusal.isEmpty()) {
                firstRefusal = Optional.of(reason);
            }
            boolean known = deadLetter.reason().equals(reason);
            return (known ? CompletableFuture.completedFuture(true) : deadLetters.explain(deadLetter, reason))
                    .thenCompose(explained -> from(index + 1));
        }

        private CompletableFuture<RedriveResult> applied(int index) {
            return deleteAll(undecided).thenCompose(removed -> {
                done += removed;
                if (removed < undecided.size()) {
                    return again(item, done);
                }
                coalesced = new CoalescedWrite(projection);
                undecided.clear();
                firstRefusal = Optional.empty();
                return from(index + 1);
            });
        }
    }
}
