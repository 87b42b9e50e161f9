package dev.tributary.bench;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.TargetTable;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Lets the database compile its code, or the drain would meet a cold one and the ceilings, which come after it, a warm
 * one: all calls that either of them makes, on tables that neither of them uses.
 */
final class WarmUp {

    private static final int USERS = 4_000;
    private static final String ALONE = "warm-up-alone";
    private static final String BATCHED = "warm-up-batched";

    private final BatchingTable alone;
    private final BatchingTable batched;
    private int version;

    private WarmUp(Clients clients, ScheduledExecutorService timer) {
        Users.createTarget(ALONE, clients.control());
        Users.createTarget(BATCHED, clients.control());
        alone = new BatchingTable(new TargetTable(clients.writes(), ALONE), BatchingTable.Limits.batchSize(1), timer);
        batched = new BatchingTable(
                new TargetTable(clients.writes(), BATCHED),
                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                timer);
    }

    static void of(Database database) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        new WarmUp(database.direct(), timer).run();
        timer.shutdownNow();
    }

    private void run() {
        for (BatchingTable table : new BatchingTable[] {alone, batched, batched}) {
            write(table, user -> new TargetWrite.Upsert(mark(user), row(user, 0)));
            write(table, user -> new TargetWrite.Upsert(mark(user), row(user, 0), names()));
            write(
                    table,
                    user -> user % 10 == 0
                            ? new TargetWrite.Move(
                                    mark(user), Set.of(row(user, 0).key()), row(user, 1))
                            : new TargetWrite.Delete(
                                    mark(user), Set.of(row(user, 0).key())));
        }
    }

    private void write(BatchingTable table, IntFunction<TargetWrite> write) {
        version++;
        CompletableFuture.allOf(IntStream.range(0, USERS)
                        .mapToObj(user -> table.apply(write.apply(user), () -> true))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private Mark mark(int user) {
        return new Mark(
                new ItemKey("warm-up/" + user),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.EPOCH);
    }

    private static Set<String> names() {
        return row(0, 0).item().attributes().keySet();
    }

    private static Row row(int user, int home) {
        Map<String, AttributeValue> attributes = new HashMap<>(Users.item(user, home, 0));
        attributes.remove(Users.PAYLOAD);
        Map<String, AttributeValue> key = new HashMap<>(attributes);
        key.keySet().retainAll(Set.of("state", "city"));
        return new Row(new Item(key), new Item(attributes));
    }
}
