package dev.tributary.bench;

import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.ordering.CheckpointTracker;
import dev.tributary.ordering.KeyedSerialExecutor;
import dev.tributary.projection.Projected;
import dev.tributary.projection.Projection;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of a change in our own code, without the SDK, the network and KCL. One thread; changes per second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ChangeBenchmark {

    private static final int CHANGES = 4096;

    /** Open changes, as with the default of {@code max-in-flight}. */
    private static final int OPEN = 1000;

    private final Change[] changes = Changes.random(CHANGES);
    private final CheckpointTracker<String> tracker = new CheckpointTracker<>();
    private final Queue<CompletableFuture<Void>> calls = new ArrayDeque<>();
    private final KeyedSerialExecutor<ItemKey, CheckpointTracker<String>.Entry> executor =
            new KeyedSerialExecutor<>(this::call, (key, failure) -> {});
    private @Nullable Projection projection;
    private int next;

    /** One route, as in the benchmark of drains. */
    @Setup
    public void configure() throws InvalidConfigurationException {
        var settings = Settings.of(Map.of(
                "source.users.table", Users.SOURCE,
                "source.users.route.by-city.table", Users.TARGET,
                "source.users.route.by-city.exclude", Users.PAYLOAD));
        var route = Objects.requireNonNull(
                Objects.requireNonNull(settings.source().get("users")).route().get("by-city"));
        projection = new Projection(route.projection(), Users.TARGET_KEY);
    }

    /** From change to target write. */
    @org.openjdk.jmh.annotations.Benchmark
    public Projected projection() {
        return Objects.requireNonNull(projection).project(next());
    }

    /** Opens a change, orders it by its item, and completes it when 1,000 more are open; one in eight waits for its item. */
    @org.openjdk.jmh.annotations.Benchmark
    public @Nullable String ordering() {
        return order(next());
    }

    /** Both: all of our code for a change except the call. */
    @org.openjdk.jmh.annotations.Benchmark
    public @Nullable String projectionAndOrdering() {
        Change change = next();
        return Objects.requireNonNull(projection).project(change) instanceof Projected.Write ? order(change) : null;
    }

    private @Nullable String order(Change change) {
        executor.submit(
                change.stamp().owner(), tracker.open(change.stamp().version().encoded(), 1, () -> {}));
        if (calls.size() >= OPEN) {
            calls.remove().complete(null);
        }
        return tracker.passed();
    }

    private CompletableFuture<Void> call(List<CheckpointTracker<String>.Entry> entries) {
        CompletableFuture<Void> call = new CompletableFuture<>();
        calls.add(call);
        return call.thenRun(() -> entries.forEach(CheckpointTracker.Entry::complete));
    }

    private Change next() {
        Change change = changes[next];
        next = (next + 1) & (CHANGES - 1);
        return change;
    }
}
