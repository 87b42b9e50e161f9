package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class RoutedProcessorTest {

    private static final String LEASE = "users/shard-1";

    private static final InitializationInput INPUT = InitializationInput.builder()
            .shardId(LEASE)
            .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
            .build();

    private final List<String> calls = new ArrayList<>();

    /** Of a lease that is not held any more. */
    private final RoutedProcessor processor = new RoutedProcessor(
            (leaseKey, acquisition) -> {
                calls.add("source of " + leaseKey + " since " + acquisition);
                return Optional.empty();
            },
            (leaseKey, acquisition) -> calls.add("give up " + leaseKey + " since " + acquisition));

    @BeforeEach
    void acquire() {
        processor.acquiredWith("first");
    }

    /** Another processor may read the shard by then, and would be stopped together with this one. */
    @Test
    void doesNothingForALeaseThatWasLostBeforeItWasInitialized() {
        processor.initialize(INPUT);
        processor.shutdownRequested(ShutdownRequestedInput.builder().build());
        processor.leaseLost(LeaseLostInput.builder().build());
        assertThat(calls).containsExactly("source of " + LEASE + " since first");
    }

    @Test
    void givesALeaseUpOfWhichItWouldIgnoreTheChanges() {
        processor.initialize(INPUT);
        calls.clear();
        processor.processRecords(ProcessRecordsInput.builder().build());
        assertThat(calls).containsExactly("give up " + LEASE + " since first");
    }
}
