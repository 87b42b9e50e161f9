package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.RefusedException;
import dev.tributary.document.ValueOrigin;
import dev.tributary.ordering.ConcurrencyLimiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Puts the items of many documents as {@link Resource#post} would one by one, in fewer calls. Items of different keys
 * are written at the same time and in any order; those of one key in the order of their documents. The timeout of a
 * document starts when it is sent. Never blocks, so the caller bounds how many documents it holds; safe for any thread.
 */
public final class BulkWriter {

    /** Writes in flight that share calls: enough that the next batch is full when a call ends. */
    private static final int MAX_BATCHED = 400;

    /** Writes in flight that take a call, and so a connection, each. */
    private static final int MAX_SINGLE = 64;

    /** Refuses a document whose request no longer holds its key. */
    public static final Problem NOT_HELD = Problem.retryable(
            Problem.Kind.UNAVAILABLE,
            "The idempotency key could not be kept in use. Try again.",
            TableFailures.RETRY_AFTER);

    private final Resource resource;
    private final Precondition precondition;
    private final boolean replaces;
    private final Delivery delivery;

    private final ConcurrencyLimiter batched = new ConcurrencyLimiter(MAX_BATCHED);
    private final ConcurrencyLimiter single = new ConcurrencyLimiter(MAX_SINGLE);

    /** The last write in flight or waiting, by key. Guarded by itself, as are the fields below. */
    private final Map<Map<String, AttributeValue>, CompletableFuture<WriteResult>> last = new HashMap<>();

    /** Keys of the items that were written since {@link #rememberKeys}. */
    private final Set<Map<String, AttributeValue>> written = new HashSet<>();

    private boolean remembersKeys;

    private volatile BooleanSupplier mayStart = () -> true;

    /** @param replaces whether a document may take the place of an item */
    BulkWriter(Resource resource, Precondition precondition, boolean replaces, Delivery delivery) {
        this.resource = resource;
        this.precondition = precondition;
        this.replaces = replaces;
        this.delivery = delivery;
    }

    /** Starts to remember the keys of written items, for {@link #isBehindAnother}. */
    public void rememberKeys() {
        synchronized (last) {
            remembersKeys = true;
        }
    }

    /** Ends {@link #rememberKeys}: no later document may be behind another. */
    public void forgetKeys() {
        synchronized (last) {
            remembersKeys = false;
            written.clear();
        }
    }

    /**
     * Starts a write only while this holds; a later one is refused as {@link Problem.Kind#UNAVAILABLE}. Called before the first
     * document.
     *
     * @param held may be called by any thread
     */
    public void startOnlyWhile(BooleanSupplier held) {
        mayStart = held;
    }

    /** Remembers the key of a document, as if it had been written since {@link #rememberKeys}. */
    public void rememberKey(byte[] document, ValueOrigin generated) {
        Optional<Map<String, AttributeValue>> key = keyOf(document, generated);
        synchronized (last) {
            key.filter(known -> remembersKeys).ifPresent(written::add);
        }
    }

    /**
     * Whether an earlier document of the same item was written since {@link #rememberKeys}. This document must then be
     * written too, or the item would keep the state of the earlier one. No document is, where none takes the place of an item.
     */
    public boolean isBehindAnother(byte[] document, ValueOrigin generated) {
        synchronized (last) {
            if (written.isEmpty()) {
                return false;
            }
        }
        Optional<Map<String, AttributeValue>> key = replaces ? keyOf(document, generated) : Optional.empty();
        synchronized (last) {
            return key.filter(written::contains).isPresent();
        }
    }

    private Optional<Map<String, AttributeValue>> keyOf(byte[] document, ValueOrigin generated) {
        try {
            return Optional.of(resource.post(document, precondition, generated).key());
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /**
     * Puts the item that the document describes.
     *
     * @param document JSON in UTF-8
     * @param generated what its generated values are made of
     * @return as that of {@link Resource#run}
     */
    public CompletableFuture<WriteResult> post(byte[] document, ValueOrigin generated) {
        ItemChange change;
        try {
            change = resource.post(document, precondition, generated);
        } catch (RefusedException e) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        }
        synchronized (last) {
            if (remembersKeys) {
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
        boolean shares = change.first() instanceof NextCall.Send send && BatchDelivery.takes(send.write());
        return (shares ? batched : single)
                .run(() -> mayStart.getAsBoolean()
                        ? resource.run(change, delivery)
                        : CompletableFuture.completedFuture(new WriteResult.Refused(NOT_HELD)));
    }
}
