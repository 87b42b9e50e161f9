package dev.tributary.jobs.reconcile;

import dev.tributary.deadletter.JobLock;
import dev.tributary.jobs.reconcile.PageResult.Refused;
import dev.tributary.jobs.scan.Attempts;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.table.StoredRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One page of rows that are put where the target has none: recorded, put, checked against the source.
 *
 * <p>If a put got no answer, it may take effect later, and the record stays for the check after that time.
 */
final class Page {

    private final Reconciler reconciler;
    private final ReconcileTiming timing;
    private final Recheck recheck;
    private final JobLock lock;
    private final PageSlots.Slot slot;
    private final Version version;
    private final List<Put> puts;

    /** Rows that this page put, or may have put. */
    private final Map<PageKey, StoredRow> touched = new ConcurrentHashMap<>();

    /** Whether an attempt got no definite answer. */
    private volatile boolean open;

    /** When the record was sent, by the monotonic clock. */
    private volatile long recordedAt;

    /** The record that is being replaced, because puts take long; guarded by this. */
    private @Nullable CompletableFuture<Void> recording;

    /** A row to put, with the key under which the page is recorded. */
    record Put(PageKey key, TargetWrite.Upsert write) {}

    /** How a put ended; empty reason if the target took it or has a later row. */
    private record Ended(Put put, boolean applied, String reason) {}

    Page(Reconciler reconciler, Recheck recheck, JobLock lock, PageSlots.Slot slot, Version version, List<Put> puts) {
        this.reconciler = reconciler;
        this.timing = reconciler.timing();
        this.recheck = recheck;
        this.lock = lock;
        this.slot = slot;
        this.version = version;
        this.puts = puts;
    }

    CompletableFuture<PageResult> run() {
        return lock.ensure()
                .thenCompose(held -> record())
                .thenCompose(recorded -> putAll())
                .thenCompose(ended -> recheck.check(version, touched.keySet(), touched)
                        .thenApply(removed -> {
                            if (!open) {
                                slot.release();
                            }
                            return result(ended, removed);
                        }));
    }

    private CompletableFuture<Void> record() {
        long sent = timing.nanoTime().getAsLong();
        long at = timing.clock().millis();
        return slot.record(
                        version,
                        at,
                        at + timing.openMillis(),
                        puts.stream().map(Put::key).toList())
                .thenRun(() -> recordedAt = sent);
    }

    private CompletableFuture<List<Ended>> putAll() {
        List<CompletableFuture<Ended>> calls = puts.stream().map(this::put).toList();
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                .thenApply(done -> calls.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<Ended> put(Put put) {
        return reconciler
                .attempts()
                .of(
                        () -> reconciler.pace(put.write().row().item()).thenCompose(paced -> renew()),
                        () -> reconciler.route().target().apply(put.write(), this::mayPut),
                        failure -> {
                            if (failure.openEnded()) {
                                open = true;
                                touch(put);
                            }
                        })
                .thenApply(outcome -> {
                    if (outcome == Outcome.APPLIED) {
                        touch(put);
                    }
                    return new Ended(put, outcome == Outcome.APPLIED, "");
                })
                .exceptionallyCompose(thrown -> Attempts.refusal(thrown)
                        .map(refused -> CompletableFuture.completedFuture(new Ended(put, false, refused.message())))
                        .orElseGet(() -> CompletableFuture.failedFuture(thrown)));
    }

    private void touch(Put put) {
        touched.put(put.key(), recheck.put(put.key(), put.write().row(), version));
    }

    private boolean mayPut() {
        return lock.holds() && age() < timing.sends().toNanos();
    }

    private long age() {
        return timing.nanoTime().getAsLong() - recordedAt;
    }

    /** Keeps the lock, and moves the end of the page's time if half of it has passed. */
    private CompletableFuture<Void> renew() {
        return lock.ensure()
                .thenCompose(held -> age() < timing.sends().dividedBy(2).toNanos()
                        ? CompletableFuture.completedFuture(null)
                        : recordAgain());
    }

    private synchronized CompletableFuture<Void> recordAgain() {
        if (recording != null) {
            return recording;
        }
        CompletableFuture<Void> again = record();
        if (!again.isDone()) {
            recording = again;
            again.whenComplete((done, thrown) -> recorded());
        }
        return again;
    }

    private synchronized void recorded() {
        recording = null;
    }

    private PageResult result(List<Ended> ended, int removed) {
        List<Refused> refused = new ArrayList<>();
        int applied = 0;
        for (Ended each : ended) {
            applied += each.applied() ? 1 : 0;
            if (!each.reason().isEmpty()) {
                refused.add(new Refused(each.put().write().stamp().owner(), each.reason()));
            }
        }
        return new PageResult(0, applied, ended.size() - applied - refused.size(), 0, removed, List.copyOf(refused));
    }
}
