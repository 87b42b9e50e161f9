package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseKey;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/**
 * Delegates to the record processor of the source of a lease. KCL creates processors before it names their leases, so the
 * source is known only when the processor is initialized.
 *
 * <p>A lease may be lost before its processor is initialized, and acquired again: then another processor reads its shard, and
 * this one does nothing. It must not refuse its initialization, which KCL would repeat until the process ends: KCL ends no
 * processor whose last task has failed.
 */
final class RoutedProcessor implements ShardRecordProcessor {

    private final BiFunction<String, String, Optional<ReadSource>> sources;
    private final BiConsumer<String, String> giveUp;
    private volatile String leaseKey = "";
    private volatile String acquisition = "";
    private volatile @Nullable ShardProcessor processor;

    /**
     * @param sources returns the source of a lease by its key and KCL's token of its acquisition; empty if the lease is not held
     *     since; throws {@link IllegalStateException} if the source is not read here
     * @param giveUp gives a lease up, by the same, if it is held since
     */
    RoutedProcessor(BiFunction<String, String, Optional<ReadSource>> sources, BiConsumer<String, String> giveUp) {
        this.sources = sources;
        this.giveUp = giveUp;
    }

    /**
     * Called before {@link #initialize}.
     *
     * @param token KCL's, of the acquisition of the lease that the processor belongs to
     */
    void acquiredWith(String token) {
        acquisition = token;
    }

    /** May be called again after it threw. */
    @Override
    public void initialize(InitializationInput input) {
        leaseKey = input.shardId();
        processor = sources.apply(leaseKey, acquisition)
                .map(source -> source.processor(InitializationInput.builder()
                        .shardId(LeaseKey.parse(leaseKey).orElseThrow().id())
                        .extendedSequenceNumber(input.extendedSequenceNumber())
                        .build()))
                .orElse(null);
    }

    /** A renewal that was answered late may have made the lease of a processor that does nothing held again. */
    @Override
    public void processRecords(ProcessRecordsInput input) {
        ShardProcessor current = processor;
        if (current == null) {
            giveUp.accept(leaseKey, acquisition);
        } else {
            current.processRecords(input);
        }
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        ShardProcessor current = processor;
        if (current != null) {
            current.leaseLost(input);
        }
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        ShardProcessor current = processor;
        if (current != null) {
            current.shardEnded(input);
        }
    }

    /** KCL does nothing with the shard any more. */
    void end() {
        ShardProcessor current = processor;
        if (current != null) {
            current.end();
        }
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        ShardProcessor current = processor;
        if (current != null) {
            current.shutdownRequested(input);
        }
    }
}
