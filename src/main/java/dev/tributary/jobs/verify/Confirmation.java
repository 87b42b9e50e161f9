package dev.tributary.jobs.verify;

import static java.util.Objects.requireNonNull;

import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.jobs.verify.Examiner.Seen;
import dev.tributary.replication.CatchUp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides which suspects are differences.
 *
 * <p>A suspect is read again, consistently. If it still differs, the next look follows when every change that was made
 * before has ended. A row that differs then, and was not written in between, is the result of replication; one that
 * replication has written in between is right again. Two looks in a row have to find the same: a missing row has no stamp
 * that would show a removal and a new insertion in between, and a worker that takes a shard over may replay an insertion
 * before the removal. A suspect that changes from look to look is undecided after {@value #MAX_ROUNDS} waits.
 *
 * <p>Suspects are collected, so that one wait serves many. Safe for any thread.
 */
final class Confirmation {

    static final int MAX_ROUNDS = 8;

    /** Most suspects that are kept; each has two keys. */
    private static final int BATCH = 5_000;

    /** Beyond it, a row may be reported twice. */
    private static final int MAX_REPORTED = 100_000;

    private final Examiner examiner;
    private final CatchUp catchUp;
    private final Findings findings;
    private final VerifyCounts counts;

    /** Guarded by this, as is the field below. */
    private Set<Suspect> pending = new HashSet<>();

    private CompletableFuture<Void> settling = CompletableFuture.completedFuture(null);

    /** Digests of the keys of rows that were reported. */
    private final Set<Long> reported = ConcurrentHashMap.newKeySet();

    private volatile CatchUp.Result waited = CatchUp.Result.CAUGHT_UP;

    Confirmation(Examiner examiner, CatchUp catchUp, Findings findings, VerifyCounts counts) {
        this.examiner = examiner;
        this.catchUp = catchUp;
        this.findings = findings;
        this.counts = counts;
    }

    /** The worst result of the waits so far. */
    CatchUp.Result waited() {
        return waited;
    }

    /** Takes suspects, after a first look at them. Completes when further ones can be taken. */
    CompletableFuture<Void> add(Collection<? extends Suspect> suspects) {
        if (suspects.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return examiner.look(suspects, false)
                .thenCompose(seen -> keep(seen.keySet()) ? settle() : CompletableFuture.completedFuture(null));
    }

    private synchronized boolean keep(Set<Suspect> suspects) {
        pending.addAll(suspects);
        return pending.size() >= BATCH;
    }

    /** Decides about all suspects that were taken. */
    synchronized CompletableFuture<Void> settle() {
        settling = settling.thenCompose(before -> decide(takeAll()));
        return settling;
    }

    private synchronized Set<Suspect> takeAll() {
        Set<Suspect> taken = pending;
        pending = new HashSet<>();
        return taken;
    }

    private CompletableFuture<Void> decide(Set<Suspect> suspects) {
        return suspects.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : examiner.look(suspects, true).thenCompose(seen -> wait(List.copyOf(seen.values()), Set.of(), 1));
    }

    /**
     * @param before what the last look has seen
     * @param twice suspects of which the last two looks have seen the same
     */
    private CompletableFuture<Void> wait(List<Seen> before, Set<Suspect> twice, int round) {
        if (before.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return catchUp.await().thenCompose(result -> {
            if (result.compareTo(waited) > 0) {
                waited = result;
            }
            return switch (result) {
                case CAUGHT_UP -> again(before, twice, round);
                case NO_WORKER -> report(before);
                case BEHIND -> undecided(before);
            };
        });
    }

    private CompletableFuture<Void> again(List<Seen> before, Set<Suspect> twice, int round) {
        Map<Suspect, Seen> known = new LinkedHashMap<>();
        before.forEach(seen -> known.put(seen.suspect(), seen));
        return examiner.look(known.keySet(), true).thenCompose(now -> {
            List<Seen> certain = new ArrayList<>();
            List<Seen> open = new ArrayList<>();
            Set<Suspect> sameTwice = new HashSet<>();
            now.forEach((suspect, seen) -> {
                Seen last = requireNonNull(known.get(suspect));
                boolean same = seen.sameAs(last);
                if (seen.writtenSince(last)) {
                    return;
                }
                if (same && twice.contains(suspect)) {
                    certain.add(seen);
                } else {
                    open.add(seen);
                    if (same) {
                        sameTwice.add(seen.suspect());
                    }
                }
            });
            return report(certain)
                    .thenCompose(reported -> round == MAX_ROUNDS ? undecided(open) : wait(open, sameTwice, round + 1));
        });
    }

    private CompletableFuture<Void> undecided(List<Seen> open) {
        counts.addUndecided(open.size());
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> report(List<Seen> certain) {
        List<Difference> differences = new ArrayList<>();
        CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
        for (Seen seen : certain.stream().filter(this::isNew).toList()) {
            asked = asked.thenCompose(before -> named(seen.difference())).thenAccept(differences::add);
        }
        return asked.thenCompose(named -> differences.isEmpty()
                        ? CompletableFuture.completedFuture(differences)
                        : findings.found(differences))
                .thenAccept(left -> {
                    left.forEach(difference -> counts.add(difference.kind()));
                    for (int repaired = left.size(); repaired < differences.size(); repaired++) {
                        counts.addRepaired();
                    }
                });
    }

    /** Whether the difference was not reported before: the scans of both tables may find a foreign or a different row. */
    private boolean isNew(Seen seen) {
        Kind kind = seen.difference().kind();
        if (kind != Kind.FOREIGN && kind != Kind.DIFFERENT) {
            return true;
        }
        long row = RowDigest.of(seen.difference().rowKey().attributes());
        return reported.size() >= MAX_REPORTED ? !reported.contains(row) : reported.add(row);
    }

    /** The difference, or its explanation by dead letters. */
    private CompletableFuture<Difference> named(Difference difference) {
        return difference.owner().isEmpty() || difference.kind() == Kind.COLLISION || difference.kind() == Kind.FOREIGN
                ? CompletableFuture.completedFuture(difference)
                : findings.isParked(difference.owner().get())
                        .thenApply(parked -> parked ? difference.as(Kind.PARKED) : difference);
    }
}
