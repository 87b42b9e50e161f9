package dev.tributary.ingest;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Puts the items of many documents as {@link WriteRoute#post} would one by one, with fewer calls. Items of different keys
 * are written at the same time and in any order; those of one key in the order of their documents. Safe for any thread;
 * never blocks, so the caller bounds how many are under way.
 */
public final class BulkWriter {

    private final WriteRoute route;
    private final Precondition precondition;
    private final Delivery delivery;

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
                    ? route.run(change, delivery)
                    : before.handle((result, thrown) -> result).thenCompose(result -> route.run(change, delivery));
            last.put(change.key(), done);
            done.whenComplete((result, thrown) -> {
                synchronized (last) {
                    last.remove(change.key(), done);
                }
            });
            return done;
        }
    }
}
