package dev.tributary.jobs.verify;

import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.jobs.verify.Proof.Walk;
import dev.tributary.jobs.verify.Verification.Phase;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.model.Failures;
import dev.tributary.telemetry.LogFields;
import dev.tributary.telemetry.LogThrottle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies a route periodically. The process that holds the lock of the route's verification verifies; its position is
 * recorded at each tick, so that another process or the next start continues there. All processes read the recorded state.
 *
 * <p>A position is recorded after every suspect up to it has been decided: none is forgotten by a restart. Failed calls are
 * repeated with the next tick. Safe for any thread.
 */
public final class ContinuousVerification {

    private static final Logger log = LoggerFactory.getLogger(ContinuousVerification.class);

    /** The name of the state in the table of jobs. */
    public static final String STATE = "verify";

    private final Duration every;
    private final TargetStates states;
    private final Supplier<JobLock> locks;
    private final Function<Position, CompletableFuture<Verification>> verifications;
    private final Consumer<Proof> seen;
    private final InstantSource clock;
    private final LogThrottle<String> failures = new LogThrottle<>();

    /** Guarded by this. */
    private @Nullable Running running;

    /** Guarded by this. */
    private CompletableFuture<Void> recording = CompletableFuture.completedFuture(null);

    /** Whether the end of the verification is being recorded, after which no position may be. Guarded by this. */
    private boolean finishing;

    /** Guarded by this. */
    private boolean closed;

    private record Running(Verification verification, JobLock lock, Walk walk, CompletableFuture<Void> over) {}

    /**
     * @param every time from the start of one verification to the start of the next
     * @param verifications creates one that starts at a position
     * @param seen receives the state at each tick
     */
    public ContinuousVerification(
            TargetStates states,
            Duration every,
            Supplier<JobLock> locks,
            Function<Position, CompletableFuture<Verification>> verifications,
            Consumer<Proof> seen,
            InstantSource clock) {
        this.states = states;
        this.every = every;
        this.locks = locks;
        this.verifications = verifications;
        this.seen = seen;
        this.clock = clock;
    }

    /** Ticks until it is stopped. */
    public void start(ScheduledExecutorService timer, Duration tick) {
        timer.schedule(
                () -> tick().whenComplete((done, thrown) -> {
                    ended(thrown);
                    if (!isClosed()) {
                        start(timer, tick);
                    }
                }),
                tick.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void ended(@Nullable Throwable thrown) {
        Throwable failure = thrown == null ? null : Failures.unwrap(thrown);
        if (failure == null || failure instanceof LockedException) {
            if (failures.ends()) {
                log.info("{}: the verification of the route works again", LogFields.route(states.route()));
            }
        } else if (failures.begins(failure.getClass().getName())) {
            log.warn(
                    "{}: the route could not be verified, trying again: {}",
                    LogFields.route(states.route()),
                    failure.toString());
        }
    }

    /** Renews the lock of the verification of this process and records how far it has come, or starts one if it is due. */
    public CompletableFuture<Void> tick() {
        Running now = running();
        return now == null ? read().thenCompose(state -> startIfDue(proof(state))) : renew(now);
    }

    private synchronized @Nullable Running running() {
        return running;
    }

    private CompletableFuture<JobState> read() {
        return states.get(STATE).thenApply(state -> {
            seen.accept(proof(state));
            return state;
        });
    }

    private Proof proof(JobState state) {
        return Proof.of(state.values(), clock.instant());
    }

    private CompletableFuture<Void> startIfDue(Proof proof) {
        if (isClosed() || !proof.isDue(clock.instant(), every)) {
            return CompletableFuture.completedFuture(null);
        }
        JobLock lock = locks.get();
        // The holder may have ended the verification in the meantime.
        return lock.take(holder -> {}).thenCompose(taken -> read()).thenCompose(state -> {
            Proof now = proof(state);
            if (isClosed() || !now.isDue(clock.instant(), every)) {
                return lock.release();
            }
            Walk walk = now.walk().orElseGet(() -> new Walk(clock.instant(), Position.start(1), 0, 0));
            return states.put(STATE, state.next(now.with(walk).values()))
                    .thenCompose(recorded -> verifications.apply(walk.position()))
                    .thenAccept(verification -> run(verification, walk, lock))
                    .exceptionallyCompose(
                            thrown -> lock.release().thenCompose(released -> CompletableFuture.failedFuture(thrown)));
        });
    }

    private void run(Verification verification, Walk walk, JobLock lock) {
        Running started = new Running(verification, lock, walk, new CompletableFuture<>());
        synchronized (this) {
            running = started;
        }
        log.info(
                "{}: verification {}",
                LogFields.route(states.route()),
                walk.position().phase() == Phase.DIGEST ? "starts" : "continues");
        verification.all().whenComplete((done, thrown) -> finish(started, thrown));
    }

    private void finish(Running ending, @Nullable Throwable thrown) {
        CompletableFuture<Void> recorded;
        synchronized (this) {
            finishing = true;
            recorded = recording;
        }
        if (thrown != null) {
            ended(thrown);
            release(ending);
            return;
        }
        boolean complete = ending.verification().position().phase() == Phase.DONE;
        recorded.handle((done, failed) -> null)
                .thenCompose(before -> store(ending, proof -> {
                    Walk walk = ending.walk();
                    VerifyCounts counts = ending.verification().counts();
                    return complete
                            ? proof.ended(
                                    walk.startedAt(),
                                    walk.faults() + counts.faults(),
                                    walk.undecided() + counts.undecided())
                            : proof.with(position(ending, ending.verification().position()));
                }))
                .thenCompose(stored -> read())
                .whenComplete((stored, failed) -> {
                    ended(failed);
                    release(ending);
                });
    }

    private void release(Running ending) {
        synchronized (this) {
            running = null;
            finishing = false;
        }
        ending.lock().release().whenComplete((released, thrown) -> ending.over().complete(null));
    }

    /** Renews the lock; recording may take as long as replication takes to catch up, and is not waited for. */
    private CompletableFuture<Void> renew(Running now) {
        return now.lock()
                .ensure()
                .thenCompose(held -> read())
                .<Void>thenApply(read -> {
                    record(now);
                    return null;
                })
                .exceptionallyCompose(thrown -> {
                    if (Failures.unwrap(thrown) instanceof LockedException) {
                        now.verification().stop();
                    }
                    return CompletableFuture.failedFuture(thrown);
                });
    }

    private synchronized void record(Running now) {
        if (recording.isDone() && !finishing) {
            recording = now.verification()
                    .settled()
                    .thenCompose(position -> store(now, proof -> proof.with(position(now, position))))
                    .whenComplete((stored, thrown) -> ended(thrown));
        }
    }

    private static Walk position(Running now, Position position) {
        Walk walk = now.walk();
        VerifyCounts counts = now.verification().counts();
        return new Walk(
                walk.startedAt(), position, walk.faults() + counts.faults(), walk.undecided() + counts.undecided());
    }

    private CompletableFuture<Void> store(Running now, Function<Proof, Proof> change) {
        return now.lock()
                .ensure()
                .thenCompose(held -> states.get(STATE))
                .thenCompose(state ->
                        states.put(STATE, state.next(change.apply(proof(state)).values())));
    }

    /**
     * Ends the verification of this process after its current page; another process continues it.
     *
     * @return completes when its position is recorded and its lock released
     */
    public CompletableFuture<Void> stop() {
        Running now;
        synchronized (this) {
            closed = true;
            now = running;
        }
        if (now == null) {
            return CompletableFuture.completedFuture(null);
        }
        now.verification().stop();
        return now.over();
    }
}
