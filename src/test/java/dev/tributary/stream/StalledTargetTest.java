package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Operation;
import dev.tributary.streams.SimulatedShard;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Shards whose target does not answer for a while. */
@Tag("slow")
class StalledTargetTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);

    /** A page of 1,000 records takes 2.5 MB of heap, which is unknown before the first read. */
    private static final long HELD_BYTES = 6L << 20;

    private static final class Stall implements ExecutionInterceptor {
        private volatile boolean lasts = true;

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            if (lasts) {
                throw SdkClientException.create("stalled");
            }
        }
    }

    @Test
    void nothingIsReadAboveTheBoundAndEverythingArrivesWhenTheTargetAnswersAgain() throws Exception {
        Stall stall = new Stall();
        try (SimulatedSource source =
                new SimulatedSource(dynamo, 4).holding(HELD_BYTES).writesSeenBy(stall)) {
            Map<String, Integer> expected = new HashMap<>();
            for (SimulatedShard shard : source.stream().roots()) {
                for (int record = 0; record < 3_000; record++) {
                    String id = shard.id() + "-" + record % 100;
                    SimulatedSource.put(shard, id, record);
                    expected.put(id, record);
                }
            }
            source.start("one");

            await().atMost(LONG).until(() -> source.heldBytes() > HELD_BYTES / 2);
            long[] reads = {-1};
            await().atMost(LONG).during(Duration.ofSeconds(2)).until(() -> {
                long before = reads[0];
                reads[0] = source.endpoint().calls().count(Operation.GetRecords);
                return reads[0] == before;
            });
            assertThat(source.heldBytes()).isLessThan(1.5 * HELD_BYTES);
            assertThat(reads[0]).as("pages read of 12").isLessThan(6);

            // Like after a quarter of an hour.
            source.endpoint().expireIterators();
            stall.lasts = false;
            await().atMost(LONG).untilAsserted(() -> assertThat(source.rows()).isEqualTo(expected));
            await().atMost(LONG).until(() -> source.heldBytes() == 0);
        }
    }
}
