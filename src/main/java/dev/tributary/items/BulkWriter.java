package dev.tributary.items;

import dev.tributary.document.RefusedException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Puts the items of many documents as {@link Resource#post} would one by one, with fewer calls. Items of different keys
 * are written at the same time and in any order; those of one key in the order of their documents. Safe for any thread;
 * never blocks, so the caller bounds how many it holds. The time of a document begins when it is sent.
 */
public final class BulkWriter {

    /** Enough that a batch is full when the one before it ends. */
    private static final int TOGETHER = 400;

    /** As many connections, so four such requests take no more than the client has. */
    private static final int ALONE = 64;

    private final Resource route;
    private final Precondition precondition;
    private final Delivery delivery;

    private final ConcurrencyLimiter together = new ConcurrencyLimiter(TOGETHER);
    private final ConcurrencyLimiter alone = new ConcurrencyLimiter(ALONE);

    /** By key, the last one that is under way. */
    private final Map<Map<String, AttributeValue>, CompletableFuture<WriteResult>> last = new HashMap<>();

    /** Keys of the items that were written, once they are remembered. */
    private final Set<Map<String, AttributeValue>> written = new HashSet<>();

    private boolean remembers;

    BulkWriter(Resource route, Precondition precondition, Delivery delivery) {
        this.route = route;
        this.precondition = precondition;
        this.delivery = delivery;
    }

    /** Remembers keys from now on, for {@link #isBehindAnother}. */
    public void rememberKeys() {
        synchronized (last) {
            remembers = true;
        }
    }

    /**
     * Whether an earlier document of the same item was written meanwhile, so that this one has to be written too, or the
     * item would be left as the earlier one says.
     */
    public boolean isBehindAnother(byte[] document) {
        synchronized (last) {
            if (written.isEmpty() || precondition instanceof Precondition.Absent) {
                return false;
            }
        }
        try {
            Map<String, AttributeValue> key = route.post(document, precondition).key();
            synchronized (last) {
                return written.contains(key);
            }
        } catch (RefusedException e) {
            return false;
        }
    }

    /**
     * Puts the item that the document describes.
     *
     * @param document JSON in UTF-8
     * @return as that of {@link Resource#run}
     */
    public CompletableFuture<WriteResult> post(byte[] document) {
        ItemChange change;
        try {
            change = route.post(document, precondition);
        } catch (RefusedException e) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        }
        synchronized (last) {
            if (remembers) {
                written.add(change.key());
            }
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
        boolean batched = change.first() instanceof NextCall.Send send && BatchDelivery.takes(send.write());
        return (batched ? together : alone).take(() -> route.run(change, delivery));
    }
}
