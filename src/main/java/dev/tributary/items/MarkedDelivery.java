package dev.tributary.items;

import dev.tributary.acknowledgement.WriteMark;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sends each write with a mark in its item, by which its end on every route is recognised in the stream. A removal is two
 * writes: the item is marked, and then removed if it still has the mark.
 */
public final class MarkedDelivery implements Delivery {

    private final Delivery delivery;
    private final Delivery plain;
    private final WriteMark mark;
    private volatile boolean written;

    /**
     * @param delivery sends the writes
     * @param plain sends the marks of removals
     */
    MarkedDelivery(Delivery delivery, Delivery plain, WriteMark mark) {
        this.delivery = delivery;
        this.plain = plain;
        this.mark = mark;
    }

    /** Whether a write with the mark was applied: then its change is in the stream. */
    public boolean written() {
        return written;
    }

    @Override
    public CompletableFuture<Outcome> deliver(ItemWrite write, WriteResult result, Duration timeout) {
        return write.kind() == ItemWrite.Kind.DELETE
                ? remove(write, result, System.nanoTime() + timeout.toNanos())
                : note(delivery.deliver(write.marked(mark.ofWrite()), result, timeout));
    }

    private CompletableFuture<Outcome> remove(ItemWrite write, WriteResult result, long deadline) {
        return plain.deliver(write.markBefore(mark.ofRemoval()), result, left(deadline))
                .thenCompose(marked -> {
                    if (marked instanceof Outcome.ConditionFailed failed) {
                        boolean nothingThere =
                                failed.current().isEmpty() && write.condition().isEmpty();
                        return nothingThere
                                ? delivery.deliver(write, result, left(deadline))
                                : CompletableFuture.completedFuture(marked);
                    }
                    return note(delivery.deliver(write.ofMarked(mark.ofRemoval()), result, left(deadline)))
                            .thenCompose(removed -> again(removed, write, result, deadline));
                });
    }

    /** Another request wrote the item between the mark and the removal. */
    private CompletableFuture<Outcome> again(Outcome removed, ItemWrite write, WriteResult result, long deadline) {
        return removed instanceof Outcome.ConditionFailed && write.condition().isEmpty() && deadline > System.nanoTime()
                ? remove(write, result, deadline)
                : CompletableFuture.completedFuture(removed);
    }

    private CompletableFuture<Outcome> note(CompletableFuture<Outcome> sent) {
        return sent.thenApply(outcome -> {
            written = written || outcome instanceof Outcome.Done;
            return outcome;
        });
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    @Override
    public CompletableFuture<WriteResult> end(WriteResult result, Duration timeout) {
        return delivery.end(result, timeout);
    }
}
