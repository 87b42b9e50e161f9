package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.streams.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("slow")
class IdlePollingTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration LONG = Duration.ofSeconds(60);

    private final SimulatedSource source =
            new SimulatedSource(dynamo, 1).polling(Duration.ofMillis(20), Duration.ofSeconds(30));

    /** Times of reads in milliseconds. */
    private final List<Long> reads = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void aQuietShardIsReadLessAndLessAndAWakeEndsThat() throws Exception {
        source.endpoint().calls().listen((operation, shard) -> {
            if (operation == Operation.GetRecords) {
                reads.add(System.nanoTime() / 1_000_000);
            }
        });
        SourceWorker worker = source.read("one");
        awaitPause(600);
        long pause = lastPause();

        int before = awaitNextRead();
        SimulatedSource.put(source.onlyShard(), "a", 1);
        worker.wake();
        awaitReads(before + 1);
        assertThat(reads.get(before) - reads.get(before - 1)).isLessThan(pause / 2);
        await().atMost(LONG).until(() -> source.rows().equals(Map.of("a", 1)));

        // Quick also for the changes that follow.
        int woken = reads.size();
        awaitReads(woken + 5);
        assertThat(reads.get(woken + 4) - reads.get(woken - 1)).isLessThan(pause);
    }

    private void awaitPause(long millis) {
        await().atMost(LONG).until(() -> reads.size() > 2 && lastPause() >= millis);
    }

    private long lastPause() {
        return reads.get(reads.size() - 1) - reads.get(reads.size() - 2);
    }

    /** The pause has just begun. */
    private int awaitNextRead() {
        int before = reads.size() + 1;
        awaitReads(before);
        return before;
    }

    private void awaitReads(int count) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> reads.size() >= count);
    }
}
