package dev.tributary.streams;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Counts the calls of each operation by shard, including faults. Safe for any thread. */
public final class Calls {

    private record Counted(Operation operation, String shardId) {}

    private static final String NO_SHARD = "";

    private final Map<Counted, LongAdder> counts = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<BiConsumer<Operation, String>> listeners = new CopyOnWriteArrayList<>();

    /** The sum over all shards. */
    public long count(Operation operation) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().operation() == operation)
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    public long count(Operation operation, SimulatedShard shard) {
        LongAdder count = counts.get(new Counted(operation, shard.id()));
        return count == null ? 0 : count.sum();
    }

    /** Registers a listener of each call before its answer: the operation, and the shard or an empty text. */
    public void listen(BiConsumer<Operation, String> listener) {
        listeners.add(listener);
    }

    void called(Operation operation, @Nullable String shardId) {
        String shard = shardId == null ? NO_SHARD : shardId;
        counts.computeIfAbsent(new Counted(operation, shard), key -> new LongAdder())
                .increment();
        listeners.forEach(listener -> listener.accept(operation, shard));
    }
}
