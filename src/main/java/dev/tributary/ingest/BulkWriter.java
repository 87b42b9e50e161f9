package dev.tributary.ingest;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Puts the items of many documents as {@link WriteRoute#post} would one by one, with fewer calls. Items of different keys
 * are written at the same time and in any order; those of one key in the order of their documents. Safe for any thread;
 * never blocks, so the caller bounds how many it holds. The time of a document begins when it is sent.
 */
public final class BulkWriter {

    /** Enough that a batch is full when the one before it ends. */
    private static final int TOGETHER = 400;

    /** As many connections, so four such requests take no more than the client has. */
    private static final int ALONE = 64;

    private final WriteRoute route;
    private final Precondition precondition;
    private final Delivery delivery;

    private final Turns together = new Turns(TOGETHER);
    private final Turns alone = new Turns(ALONE);

    /** By key, the last one that is under way. */
    private final Map<Map<String, AttributeValue>, CompletableFuture<WriteResult>> last = new HashMap<>();

    BulkWriter(WriteRoute route, Precondition precondition, Delivery delivery) {
        this.route = route;
        this.precondition = precondition;
        this.delivery = delivery;
    }

    /**
     * Puts the item that the document describes.
     *
     * @param document JSON in UTF-8
     * @return as that of {@link WriteRoute#run}
     */
    public CompletableFuture<WriteResult> post(byte[] document) {
        ItemChange change;
        try {
            change = route.post(document, precondition);
        } catch (RefusedException e) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        }
        synchronized (last) {
            CompletableFuture<WriteResult> before = last.get(change.key());
            CompletableFuture<WriteResult> done = before == null
                    ? write(change)
                    : before.handle((result, thrown) -> result).thenCompose(result -> write(change));
            last.put(change.key(), done);
            done.whenComplete((result, thrown) -> {
                synchronized (last) {
                    last.remove(change.key(), done);
                }
            });
            return done;
        }
    }

    private CompletableFuture<WriteResult> write(ItemChange change) {
        boolean batched = change.first() instanceof Step.Send send && BatchDelivery.takes(send.write());
        return (batched ? together : alone).take(() -> route.run(change, delivery));
    }
}
