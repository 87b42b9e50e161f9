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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Brings parked changes to their target once more, while the daemon may be at work.
 *
 * <p>All changes of an item that are parked become one write, as in a pipeline; where the target refuses that, they are
 * tried one after the other, each together with the refused ones before it. What the target has taken is removed from
 * the dead letters afterwards, the oldest first. So the last one, behind which the daemon parks what comes meanwhile, goes
 * last, and then the letters are read again until there are none.
 *
 * <p>A redrive that ends in the middle is run again: it writes the same under the same version, or newer ones.
 * Safe for any thread; one item must not be given twice at the same time.
 */
public final class Redrive {

    private final Projection projection;
    private final TargetTable target;
    private final RouteDeadLetters letters;
    private final RouteLateWrites late;
    private final JobLock lock;

    /**
     * @param projection of the route
     * @param target of the route; its client tries again what may pass
     * @param late of the route, in this process; a client that tries again by itself may leave any write on its way
     * @param lock taken already; asked before each write
     */
    public Redrive(
            Projection projection, TargetTable target, RouteDeadLetters letters, RouteLateWrites late, JobLock lock) {
        this.projection = projection;
        this.target = target;
        this.letters = letters;
        this.late = late;
        this.lock = lock;
    }

    /**
     * Redrives the parked changes of one item.
     *
     * @param item from {@link RouteDeadLetters#items}
     * @return fails if a table does not answer or the lock is lost; then nothing is removed that is not in the target
     */
    public CompletableFuture<RedriveResult> item(String item) {
        return again(item, 0);
    }

    private CompletableFuture<RedriveResult> again(String item, int done) {
        return letters.allChanges(item)
                .thenCompose(there -> there.isEmpty()
                        ? CompletableFuture.completedFuture(new RedriveResult(done, 0, Optional.empty()))
                        : attempt(item, done, there))
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof IllegalArgumentException unreadable
                        ? unreadable(item, done, unreadable)
                        : CompletableFuture.failedFuture(thrown));
    }

    /** All that are there together, up to one that cannot be decoded; where the target refuses that, one by one. */
    private CompletableFuture<RedriveResult> attempt(String item, int done, List<DeadLetter> there) {
        Reading reading = new Reading();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (DeadLetter letter : there) {
            all = all.thenCompose(before -> reading.next(letter));
        }
        return all.thenCompose(read -> {
            int behind = there.size() - reading.letters.size();
            if (reading.letters.isEmpty() && reading.undecoded.isPresent()) {
                return CompletableFuture.completedFuture(new RedriveResult(done, behind, reading.undecoded));
            }
            return attempt(reading.together)
                    .thenCompose(refusal -> refusal.isEmpty()
                            ? removeAll(reading.letters).thenCompose(removed -> again(item, done + removed))
                            : new OneByOne(item, reading, done, behind).from(0));
        });
    }

    /** The changes of an item as they are read. */
    private final class Reading {

        private final CoalescedWrite together = new CoalescedWrite(projection);
        private final List<DeadLetter> letters = new ArrayList<>();

        /** Why the rest has to wait: what a change asks for that cannot be decoded, later ones do not make up for. */
        private Optional<String> undecoded = Optional.empty();

        CompletableFuture<Void> next(DeadLetter letter) {
            return undecoded.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : Redrive.this
                            .letters
                            .change(letter)
                            .thenAccept(found -> found.ifPresent(change -> {
                                if (change instanceof Change.Undecoded unreadable) {
                                    undecoded = Optional.of(unreadable.reason() + ": it can only be discarded");
                                } else {
                                    letters.add(letter);
                                    together.add(change);
                                }
                            }));
        }
    }

    /** Somebody has deleted a row of several, or changed one. */
    private CompletableFuture<RedriveResult> unreadable(String item, int done, IllegalArgumentException why) {
        return letters.changes(item)
                .thenApply(there -> new RedriveResult(
                        done, Math.max(1, there.size()), Optional.of(why.getMessage() + ": it can only be discarded")));
    }

    /** Ends with why the target refuses it; empty if it has taken it. */
    private CompletableFuture<Optional<String>> attempt(CoalescedWrite together) {
        if (together.refusal().isPresent()) {
            return CompletableFuture.completedFuture(together.refusal());
        }
        return together.write()
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

    /** The oldest first; ends with how many, up to the first that has come again since it was read. */
    private CompletableFuture<Integer> removeAll(List<DeadLetter> taken) {
        return removeFrom(taken, 0);
    }

    private CompletableFuture<Integer> removeFrom(List<DeadLetter> taken, int index) {
        if (index == taken.size()) {
            return CompletableFuture.completedFuture(index);
        }
        return lock.ensure()
                .thenCompose(held -> letters.remove(taken.get(index)))
                .thenCompose(
                        removed -> removed ? removeFrom(taken, index + 1) : CompletableFuture.completedFuture(index));
    }

    /** The changes of an item in turn, each together with those before it that were refused. */
    private final class OneByOne {

        private final String item;
        private final List<DeadLetter> read;
        private final Optional<String> undecodedBehind;

        /** Changes that are left where they are. */
        private final int behind;

        private final List<DeadLetter> undecided = new ArrayList<>();
        private CoalescedWrite together = new CoalescedWrite(projection);
        private Optional<String> firstRefusal = Optional.empty();
        private int done;

        OneByOne(String item, Reading reading, int done, int behind) {
            this.item = item;
            this.read = reading.letters;
            this.undecodedBehind = reading.undecoded;
            this.done = done;
            this.behind = behind;
        }

        CompletableFuture<RedriveResult> from(int index) {
            if (index == read.size()) {
                return CompletableFuture.completedFuture(
                        new RedriveResult(done, undecided.size() + behind, firstRefusal.or(() -> undecodedBehind)));
            }
            DeadLetter letter = read.get(index);
            return letters.change(letter).thenCompose(change -> {
                if (change.isEmpty()) {
                    return from(index + 1); // taken out by hand
                }
                together.add(change.get());
                undecided.add(letter);
                return attempt(together).thenCompose(refusal -> refusal.map(reason -> refused(index, letter, reason))
                        .orElseGet(() -> taken(index)));
            });
        }

        private CompletableFuture<RedriveResult> refused(int index, DeadLetter letter, String reason) {
            if (firstRefusal.isEmpty()) {
                firstRefusal = Optional.of(reason);
            }
            boolean known = letter.parked().reason().equals(reason);
            return (known ? CompletableFuture.completedFuture(true) : letters.explain(letter, reason))
                    .thenCompose(there -> from(index + 1));
        }

        private CompletableFuture<RedriveResult> taken(int index) {
            return removeAll(undecided).thenCompose(removed -> {
                done += removed;
                if (removed < undecided.size()) {
                    return again(item, done);
                }
                together = new CoalescedWrite(projection);
                undecided.clear();
                firstRefusal = Optional.empty();
                return from(index + 1);
            });
        }
    }
}
