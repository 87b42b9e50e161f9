package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class RoutedProcessorTest {

    private static final String LEASE = "users/shard-1";

    /** Another processor may read the shard by then, and would be stopped together with this one. */
    @Test
    void doesNothingForALeaseThatWasAcquiredAgainBeforeItWasInitialized() {
        List<String> asked = new ArrayList<>();
        RoutedProcessor processor = new RoutedProcessor((lease, acquisition) -> {
            asked.add(lease + " " + acquisition);
            throw new IllegalStateException("acquired again");
        });
        processor.acquiredWith("first");
        InitializationInput input = InitializationInput.builder()
                .shardId(LEASE)
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build();
        assertThatThrownBy(() -> processor.initialize(input)).hasMessage("acquired again");
        assertThatThrownBy(() -> processor.initialize(input)).hasMessage("acquired again");
        processor.leaseLost(LeaseLostInput.builder().build());
        assertThat(asked).containsExactly(LEASE + " first", LEASE + " first");
    }
}
