package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseKey;
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
 */
final class RoutedProcessor implements ShardRecordProcessor {

    private final BiFunction<String, String, ReadSource> sources;
    private volatile String acquisition = "";
    private volatile @Nullable ShardProcessor processor;

    /**
     * @param sources returns the source of a lease by the key of the lease and KCL's token of its acquisition; throws {@link
     *     IllegalStateException} if it is not read here, or if the lease is not held or was acquired again since
     */
    RoutedProcessor(BiFunction<String, String, ReadSource> sources) {
        this.sources = sources;
    }

    /**
     * Called before {@link #initialize}. A lease may be lost before its processor is initialized, and acquired again: then
     * another processor reads its shard, and this one must not.
     *
     * @param token KCL's, of the acquisition of the lease that the processor belongs to
     */
    void acquiredWith(String token) {
        acquisition = token;
    }

    /** May be called again after it threw. */
    @Override
    public void initialize(InitializationInput input) {
        processor = sources.apply(input.shardId(), acquisition)
                .processor(InitializationInput.builder()
                        .shardId(LeaseKey.parse(input.shardId()).orElseThrow().id())
                        .extendedSequenceNumber(input.extendedSequenceNumber())
                        .build());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        ShardProcessor current = processor;
        if (current != null) {
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

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        ShardProcessor current = processor;
        if (current != null) {
            current.shutdownRequested(input);
        }
    }
}
