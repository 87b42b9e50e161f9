package dev.tributary.table;

import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A write that waits for a call or is in one.
 *
 * @param bytes of the new row; computed once, because that reads every character
 * @param permitted whether the lease is still held
 * @param done the result
 */
record QueuedWrite(TargetWrite write, long bytes, BooleanSupplier permitted, CompletableFuture<Outcome> done) {

    /** A write that may share a call. */
    static QueuedWrite forBatch(TargetWrite write, BooleanSupplier permitted, CompletableFuture<Outcome> done) {
        long bytes = write.arriving()
                .map(Row::item)
                .map(item -> ItemSize.of(item.attributes()))
                .orElse(1L);
        return new QueuedWrite(write, bytes, permitted, done);
    }

    /** The key of the only row that a write touches; empty if it touches several. */
    static Optional<Item> row(TargetWrite write) {
        if (write instanceof TargetWrite.Upsert upsert) {
            return Optional.of(upsert.row().key());
        }
        return write instanceof TargetWrite.Delete delete && delete.vacated().size() == 1
                ? Optional.of(delete.vacated().iterator().next())
                : Optional.empty();
    }

    /** Whether the write may be sent: the lease may have been lost while it waited. If not, it ends here. */
    boolean goesOn() {
        if (permitted.getAsBoolean()) {
            return true;
        }
        done.completeExceptionally(new CancellationException("stopped before a call"));
        return false;
    }
}
