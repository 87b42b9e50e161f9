package dev.tributary.stream;

import dev.tributary.stream.read.ShardReaders;
import dev.tributary.stream.read.SourceHealth;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.retrieval.RecordsPublisher;

/** The reader, the health and the processors of one source, for KCL's scheduler. Safe for any thread. */
final class ReadSource {

    private final ShardReaders readers;
    private final Supplier<ShardProcessor> processors;
    private final SourceHealth health;
    private final Set<ShardProcessor> running = ConcurrentHashMap.newKeySet();

    ReadSource(ShardReaders readers, Supplier<ShardProcessor> processors, SourceHealth health) {
        this.readers = readers;
        this.processors = processors;
        this.health = health;
    }

    SourceHealth health() {
        return health;
    }

    RecordsPublisher publisher(String shardId) {
        return readers.publisher(shardId);
    }

    /** The processor of a shard, initialized. */
    ShardProcessor processor(InitializationInput input) {
        running.removeIf(ShardProcessor::stopped);
        ShardProcessor next = processors.get();
        next.initialize(input);
        running.add(next);
        return next;
    }

    /** Ends the changes that the processors have taken, in parallel; returns when that is done or the time is over. */
    void leave(Executor threads, Duration atMost) {
        CompletableFuture.allOf(running.stream()
                        .map(processor -> CompletableFuture.runAsync(processor::leave, threads))
                        .toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
