package dev.tributary.daemon.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.daemon.jobs.ParkedItemJob;
import dev.tributary.daemon.jobs.ParkedItemJob.Done;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.status.OperatorActions;
import dev.tributary.inspect.status.ParkedReason;
import dev.tributary.model.Failures;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out the actions of operators, one at a time; refuses others meanwhile. Safe for any thread. */
public final class DaemonActions implements OperatorActions, AutoCloseable {

    private static final long KEEP_ALIVE_SECONDS = 5;

    private final Settings settings;
    private final CheckedTables tables;
    private final Clients clients;
    private final InstantSource clock;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "operator"));

    private volatile @Nullable ParkedItemJob running;
    private volatile boolean closed;

    /** Makes no call. */
    public DaemonActions(Settings settings, CheckedTables tables, Clients clients, InstantSource clock) {
        this.settings = settings;
        this.tables = tables;
        this.clients = clients;
        this.clock = clock;
        thread.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public CompletableFuture<ObjectNode> redrive(ParkedSelection selected) {
        return parked(selected, ParkedItemJob::redrive);
    }

    @Override
    public CompletableFuture<ObjectNode> discard(ParkedSelection selected) {
        return parked(selected, ParkedItemJob::discard);
    }

    private CompletableFuture<ObjectNode> parked(
            ParkedSelection selected,
            BiFunction<ParkedItemJob, Predicate<ParkedItem>, CompletableFuture<Done>> action) {
        return alone(() -> {
            ParkedItemJob job = job(selected.route());
            running = job;
            return action.apply(job, item -> isSelected(selected, item)).thenApply(DaemonActions::json);
        });
    }

    private static boolean isSelected(ParkedSelection selected, ParkedItem item) {
        return selected.item().map(item.item()::equals).orElse(true)
                && selected.reason().map(ParkedReason.of(item)::equals).orElse(true);
    }

    private ParkedItemJob job(String route) {
        int dot = route.indexOf('.');
        String source = dot < 0 ? route : route.substring(0, dot);
        String name = route.substring(dot + 1);
        SourceSettings found = source(source);
        if (!found.route().containsKey(name)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "There is no route %s.".formatted(route));
        }
        return new ParkedItemJob(source, name, settings, tables, clients, thread, clock);
    }

    private SourceSettings source(String name) {
        return Optional.ofNullable(settings.source().get(name))
                .orElseThrow(
                        () -> new ProblemException(ProblemType.BAD_REQUEST, "There is no source %s.".formatted(name)));
    }

    private static ObjectNode json(Done done) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("items", done.items())
                .put("changes", done.changes())
                .put("left", done.left())
                .put("more", done.more());
        done.reason().ifPresent(reason -> json.put("reason", reason));
        return json;
    }

    @Override
    public CompletableFuture<ObjectNode> acknowledge(String source, String gap) {
        return alone(() -> {
            SourceStateRow row = new SourceStateRow(clients.own(source(source)), settings.leaseTable(), source);
            return CompletableFuture.supplyAsync(() -> acknowledge(source, row, gap), thread);
        });
    }

    private static ObjectNode acknowledge(String source, SourceStateRow row, String gap) {
        Optional<SourceState> state = row.read();
        if (state.filter(read -> read.further() > 0).isPresent()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "%d more gaps are only in the log. Acknowledge all together: tributary gaps %s --acknowledge"
                            .formatted(state.get().further(), source));
        }
        List<RecordedGap> found = state.stream()
                .flatMap(read -> read.passed().stream())
                .filter(recorded -> recorded.id().equals(gap))
                .toList();
        if (!found.isEmpty()) {
            row.acknowledge(found, 0);
        }
        return JsonNodeFactory.instance.objectNode().put("gaps", found.size());
    }

    private CompletableFuture<ObjectNode> alone(Supplier<CompletableFuture<ObjectNode>> action) {
        if (closed) {
            throw new ProblemException(ProblemType.STOPPING, "The daemon stops.");
        }
        if (!busy.compareAndSet(false, true)) {
            throw new ProblemException(
                    ProblemType.BUSY, "Another action is being carried out. Try again when it has ended.");
        }
        CompletableFuture<ObjectNode> result;
        try {
            result = action.get();
        } catch (RuntimeException e) {
            busy.set(false);
            throw e;
        }
        return result.whenComplete((done, failure) -> {
                    running = null;
                    busy.set(false);
                })
                .exceptionallyCompose(thrown -> CompletableFuture.failedFuture(refusal(thrown)));
    }

    private static Throwable refusal(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof ProblemException) {
            return failure;
        }
        return failure instanceof LockedException locked
                ? new ProblemException(ProblemType.BUSY, String.valueOf(locked.getMessage()))
                : new ProblemException(
                        ProblemType.UNAVAILABLE,
                        "A call to a table failed: %s"
                                .formatted(WriteFailure.of(failure).message()));
    }

    /** Starts no further items. What is under way ends by itself, and can be repeated if it does not. */
    @Override
    public void close() {
        closed = true;
        ParkedItemJob job = running;
        if (job != null) {
            job.stop();
        }
        thread.shutdownNow();
    }
}
