package dev.tributary.jobs.verify;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.scan.ScanPosition;
import dev.tributary.jobs.verify.Proof.State;
import dev.tributary.jobs.verify.Proof.Walk;
import dev.tributary.jobs.verify.Verification.Phase;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.CatchUp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Continuous verifications of two processes, with one table of jobs. */
class ContinuousVerificationTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.copy";
    private static final Duration DAY = Duration.ofDays(1);
    private static final KeySchema KEY = KeySchema.parse("email:S");

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final Queue<Position> started = new ConcurrentLinkedQueue<>();
    private final AtomicReference<CompletableFuture<CatchUp.Result>> catchUp =
            new AtomicReference<>(CompletableFuture.completedFuture(CatchUp.Result.CAUGHT_UP));
    private String users;
    private String copy;
    private JobTable jobs;
    private DeadLetterTable locks;

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S");
        copy = dynamo.createTable("copy", "email:S");
        jobs = new JobTable(dynamo.asyncClient(), create("jobs", JobTable.KEY), Duration.ofSeconds(10));
        locks = new DeadLetterTable(
                dynamo.asyncClient(), create("letters", DeadLetterTable.KEY), Duration.ofSeconds(10));
    }

    private static String create(String name, KeySchema key) {
        String table = name + "-" + UUID.randomUUID();
        new TableControl(dynamo.asyncClient(), table)
                .create(TableDefinition.of(key))
                .join();
        return table;
    }

    private TargetStates states() {
        return new TargetStates(jobs, ROUTE, copy);
    }

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    private final class Daemon {

        private final AtomicReference<Proof> seen = new AtomicReference<>();
        private final ContinuousVerification verification = new ContinuousVerification(
                states(),
                DAY,
                () -> locks.lock(
                        ROUTE,
                        new JobLock.Timing(Duration.ofSeconds(3), Duration.ofSeconds(1), System::nanoTime, timer),
                        "test"),
                position -> {
                    started.add(position);
                    return CompletableFuture.completedFuture(verification(position));
                },
                seen::set,
                now::get);

        void tick() throws Exception {
            verification.tick().get(30, SECONDS);
        }

        State state() {
            return seen.get().state(now.get(), DAY);
        }

        void awaitEnd(int faults) {
            await().until(() -> {
                tick(); // keeps the lock
                Proof proof = seen.get();
                return proof.walk().isEmpty() && proof.last().isPresent() && proof.faults() == faults;
            });
        }
    }

    private Verification verification(Position position) {
        return new Verification(
                new VerifiedRoute(
                        ROUTE,
                        "users",
                        KEY,
                        new Projection(
                                new ProjectionSettings(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Map.of(),
                                        DeletePolicy.HARD,
                                        MissingKeyPolicy.DROP_ROW),
                                KEY),
                        false,
                        Optional.empty(),
                        Set.of()),
                new Verification.Tables(dynamo.asyncClient(), users, dynamo.asyncClient(), copy),
                100,
                position,
                new PacedCalls(UnitRateLimiter.unlimited(), timer),
                catchUp::get,
                new Findings() {
                    @Override
                    public CompletableFuture<Boolean> isParked(ItemKey item) {
                        return CompletableFuture.completedFuture(false);
                    }

                    @Override
                    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
                        return CompletableFuture.completedFuture(differences);
                    }
                },
                now::get);
    }

    private void put(String email) {
        dynamo.client().putItem(request -> request.tableName(users).item(Map.of("email", AttributeValue.fromS(email))));
    }

    @Test
    void theStateOfARouteIsRecordedForAllProcesses() throws Exception {
        Daemon one = new Daemon();
        Daemon two = new Daemon();
        one.tick();
        one.awaitEnd(0);
        assertThat(one.state()).isEqualTo(State.PROVEN);
        assertThat(one.seen.get().provenAt()).contains(now.get());
        two.tick();
        assertThat(two.seen.get()).isEqualTo(one.seen.get());
        assertThat(started).hasSize(1);

        put("missing");
        now.set(now.get().plus(DAY));
        two.tick();
        two.awaitEnd(1);
        assertThat(two.state()).isEqualTo(State.DIFFERS);
        one.tick();
        assertThat(one.state()).isEqualTo(State.DIFFERS);
        assertThat(started).hasSize(2);
    }

    @Test
    void oneProcessAtATimeVerifiesAlsoWhileItWaitsForReplication() throws Exception {
        put("missing");
        catchUp.set(new CompletableFuture<>());
        Daemon one = new Daemon();
        one.tick();
        Daemon two = new Daemon();
        CompletableFuture<Void> waiting = two.verification.tick();
        await().until(() -> {
            one.tick(); // renews the lock
            return waiting.isDone();
        });
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(LockedException.class);
        assertThat(started).hasSize(1);

        catchUp.get().complete(CatchUp.Result.CAUGHT_UP);
        one.awaitEnd(1);
        two.tick();
        assertThat(two.state()).isEqualTo(State.DIFFERS);
    }

    @Test
    void theNextProcessGoesOnWhereTheLastRecordWas() throws Exception {
        Position position = new Position(Phase.ITEMS, ScanPosition.start(3));
        Proof recorded = Proof.none(now.get()).with(new Walk(now.get().minusSeconds(60), position, 2, 0));
        states().put(ContinuousVerification.STATE, JobState.NONE.next(recorded.values()))
                .get(30, SECONDS);
        Daemon one = new Daemon();
        one.tick();
        one.awaitEnd(2);
        assertThat(started).containsExactly(position);
        assertThat(one.seen.get().last()).contains(now.get().minusSeconds(60));
    }

    @Test
    void aClosedProcessLeavesItsPositionToTheNext() throws Exception {
        put("missing");
        catchUp.set(new CompletableFuture<>());
        Daemon one = new Daemon();
        one.tick();
        CompletableFuture<Void> stopped = one.verification.stop();
        catchUp.get().complete(CatchUp.Result.CAUGHT_UP);
        stopped.get(30, SECONDS);
        Daemon two = new Daemon();
        await().until(() -> {
            two.verification.tick().handle((done, thrown) -> true).get(30, SECONDS);
            Proof proof = two.seen.get();
            return proof != null && proof.walk().isEmpty() && proof.faults() == 1;
        });
    }
}
