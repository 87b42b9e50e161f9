package dev.tributary.bench;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.BatchingTable;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The guarded and batched writes of a drain, from memory and in the same proportions: of 30 writes, 20 insert a row, 6
 * update one, 3 delete one and 1 moves one. No stream, order or checkpoint.
 */
final class GuardedWrites {

    private final BatchingTable table;
    private final Semaphore free;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int made;

    private GuardedWrites(BatchingTable table, int underWay) {
        this.table = table;
        this.free = new Semaphore(underWay);
    }

    /**
     * Writes to an empty table and waits for all replies.
     *
     * @param users number of inserted users
     * @param underWay writes at the same time
     * @return number of writes
     */
    static int run(BatchingTable table, int users, int underWay) throws InterruptedException {
        GuardedWrites writes = new GuardedWrites(table, underWay);
        int later = 2 * underWay; // a row is inserted so many users before it is written again, and has long been there
        for (int user = 0; user < users + later; user++) {
            if (user < users) {
                writes.apply(new TargetWrite.Upsert(stamp(user, 1), row(user, 0)));
            }
            if (user >= later) {
                writes.writeAgain(user - later);
            }
        }
        writes.free.acquire(underWay);
        if (writes.failure.get() != null) {
            throw new IllegalStateException("A guarded write failed", writes.failure.get());
        }
        return writes.made;
    }

    private void writeAgain(int user) throws InterruptedException {
        VersionStamp stamp = stamp(user, 2);
        Row row = row(user, 0);
        switch (user % 20) {
            case 0, 1, 2, 3, 4, 5 ->
                apply(new TargetWrite.Upsert(stamp, row, row.item().attributes().keySet()));
            case 6, 7, 8 -> apply(new TargetWrite.Delete(stamp, Set.of(row.key())));
            case 9 -> apply(new TargetWrite.Move(stamp, Set.of(row.key()), row(user, 1)));
            default -> {
                // Other rows are written once.
            }
        }
    }

    private void apply(TargetWrite write) throws InterruptedException {
        free.acquire();
        made++;
        table.apply(write, () -> true).whenComplete((outcome, thrown) -> {
            if (thrown != null) {
                failure.set(thrown);
            }
            free.release();
        });
    }

    private static VersionStamp stamp(int user, int version) {
        return new VersionStamp(
                new ItemKey("users/" + user),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.EPOCH);
    }

    private static Row row(int user, int home) {
        Map<String, AttributeValue> attributes = new HashMap<>(Users.item(user, home, 0));
        if (Users.ROW_KB == 0) {
            attributes.remove(Users.PAYLOAD);
        }
        Map<String, AttributeValue> key = new HashMap<>(attributes);
        key.keySet().retainAll(Set.of("state", "city"));
        return new Row(new Item(key), new Item(attributes));
    }
}
