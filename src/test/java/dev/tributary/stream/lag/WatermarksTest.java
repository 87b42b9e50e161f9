package dev.tributary.stream.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.ordering.Ticker;
import dev.tributary.replication.VirtualTime;
import dev.tributary.replication.VirtualTimer;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.SharedLeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatermarksTest {

    private final List<BatchExecuteStatementRequest> calls = new CopyOnWriteArrayList<>();
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final VirtualTime time = new VirtualTime();

    /** Receives updates and does not reply. */
    private final class SilentClient implements DynamoDbAsyncClient {

        @Override
        public CompletableFuture<BatchExecuteStatementResponse> batchExecuteStatement(
                BatchExecuteStatementRequest request) {
            calls.add(request);
            return new CompletableFuture<>();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    /** One thread records for all; their updates share a call because they come together. */
    @Test
    void noSourceWaitsForTheReplyToAnother() {
        SilentClient client = new SilentClient();
        SharedLeaseTable table = new SharedLeaseTable(client, "leases", System::nanoTime);
        Ticker.Threads oneThread = new Ticker.Threads(new VirtualTimer(time), Runnable::run);
        AtomicInteger records = new AtomicInteger();
        Duration lease = Duration.ofHours(1);
        for (String source : List.of("orders", "users", "visits")) {
            new Watermarks(
                            source,
                            new LeaseRows(client, "leases", source, table),
                            "worker",
                            lease,
                            () -> {
                                records.incrementAndGet();
                                return Map.of("shard-1", Instant.EPOCH);
                            },
                            oneThread,
                            fatal::add)
                    .start();
        }
        assertThat(time.runUntil(() -> records.get() == 3, lease.multipliedBy(2).toMillis()))
                .isTrue();
        await().untilAsserted(() -> assertThat(calls.stream()
                        .flatMap(call -> call.statements().stream())
                        .count())
                .isEqualTo(3));
        assertThat(fatal).isEmpty();
    }
}
