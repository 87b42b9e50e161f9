package dev.tributary.http.bulk;

import dev.tributary.document.RefusedException;
import dev.tributary.document.RepeatableValues;
import dev.tributary.document.ValueOrigin;
import dev.tributary.http.access.Access;
import dev.tributary.http.access.Caller;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.idempotency.AcquireResult;
import dev.tributary.idempotency.HeldLock;
import dev.tributary.idempotency.PartialReply;
import dev.tributary.idempotency.RequestSeed;
import dev.tributary.idempotency.SavedReply;
import dev.tributary.items.Idempotency;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import dev.tributary.model.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The idempotency key of a bulk request, locked while its documents are written. For one thread; a timer renews the lock,
 * as a document may take long to arrive.
 *
 * <p>There is no transaction around the documents. A request that is cut, or has documents that failed for a transient
 * reason, releases its key with the outcomes so far, and its repetition writes the remaining documents. What it writes again
 * has the same generated values, so that it takes the place of what was written before.
 */
final class BulkKey implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BulkKey.class);

    /** Lease of the lock: time for renewals that fail at first, and for a write after the last. */
    private static final Duration HOLD = Duration.ofMinutes(1);

    private static final Duration RENEWAL = Duration.ofSeconds(10);

    /** How long a table that fails is called again at the end: a repetition executes what is not recorded once more. */
    private static final Duration RECORDING = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Resource resource;
    private final HeldLock lock;
    private final RequestSeed seed;
    private final Optional<PartialReply> before;
    private int documents;
    private volatile boolean ended;

    private BulkKey(Resource resource, AcquireResult.Acquired acquired) {
        this.resource = resource;
        this.lock = acquired.lock();
        this.seed = acquired.seed();
        this.before = acquired.before();
    }

    /**
     * The key of a request.
     *
     * @throws ProblemException if it has one that is not allowed, or lacks one that is required
     */
    static Optional<String> of(Exchange exchange, Resource resource) {
        Optional<String> header = IdempotencyKey.of(exchange);
        Optional<Idempotency> idempotency = resource.idempotency();
        if (idempotency.isEmpty()) {
            if (header.isPresent()) {
                throw IdempotencyKey.notTaken(resource);
            }
            return Optional.empty();
        }
        if (idempotency.get().attribute().isPresent()) {
            throw IdempotencyKey.bad("Each item here has its own key, the value of %s, so it needs a separate request."
                    .formatted(idempotency.get().attribute().get()));
        }
        if (header.isEmpty() && idempotency.get().required()) {
            throw IdempotencyKey.missing();
        }
        return header;
    }

    /**
     * Acquires the lock of a key, unless there is a record of it.
     *
     * @throws RefusedException if the table of keys fails
     */
    static AcquireResult acquire(Exchange exchange, Resource resource, String key, TableHealth table)
            throws RefusedException {
        Idempotency idempotency = resource.idempotency().orElseThrow();
        try {
            return idempotency
                    .lock(Caller.nameOf(exchange), key, HOLD, System::nanoTime, resource.timeout())
                    .take()
                    .join();
        } catch (CompletionException e) {
            WriteResult.Refused refused = idempotency.explain(e, resource.timeout());
            table.record(Access.WRITE, refused);
            throw new RefusedException(refused.problem());
        }
    }

    static BulkKey held(Resource resource, AcquireResult.Acquired acquired) {
        BulkKey key = new BulkKey(resource, acquired);
        key.renewLater();
        return key;
    }

    /** Renews the lock until the request ends; the record of a key that was released or completed refuses that. */
    private void renewLater() {
        CompletableFuture.supplyAsync(
                        () -> ended ? CompletableFuture.completedFuture(false) : lock.renew(),
                        CompletableFuture.delayedExecutor(RENEWAL.toMillis(), TimeUnit.MILLISECONDS))
                .thenCompose(Function.identity())
                .exceptionally(thrown -> {
                    log.warn(
                            "write {}: a key was not renewed; the renewal is tried again ({})",
                            resource.name(),
                            Failures.unwrap(thrown).toString());
                    return true;
                })
                .thenAccept(again -> {
                    if (again) {
                        renewLater();
                    }
                });
    }

    /** Ends the renewals: however the request ends, its key is free once the lease is over. */
    @Override
    public void close() {
        ended = true;
    }

    /** What the generated values of a document are made of: the same in each repetition. */
    ValueOrigin valuesOf(String document) {
        return new RepeatableValues(seed.secret(), seed.begun(), document);
    }

    /** Whether an earlier request with this key, which was not completed, has got as far as the next document. */
    boolean continuesEarlierRequest() {
        return before.filter(earlier -> documents < earlier.parts().size()).isPresent();
    }

    /**
     * The outcome of the next document in an earlier request.
     *
     * @param document the fingerprint of the request up to it
     * @return empty if it is still to be written
     * @throws ProblemException if the earlier request had another document at this place
     */
    Optional<PartialReply.Part> earlierOutcome(String document) {
        int index = documents++;
        if (before.isEmpty()) {
            return Optional.empty();
        }
        List<PartialReply.Part> parts = before.get().parts();
        if (index >= parts.size()) {
            if (before.get().fingerprint().isPresent()) {
                throw new ProblemException(reused());
            }
            return Optional.empty();
        }
        if (!parts.get(index).document().equals(document)) {
            throw new ProblemException(reused());
        }
        return Optional.of(parts.get(index)).filter(part -> !part.answer().isEmpty());
    }

    /** Why the request, at its end, differs from the earlier one; empty if it is the same, or there was none. */
    Optional<ProblemDocument> refusal(String fingerprint) {
        return before.filter(earlier -> documents < earlier.parts().size()
                        || !earlier.fingerprint().orElse(fingerprint).equals(fingerprint))
                .map(earlier -> reused());
    }

    private static ProblemDocument reused() {
        return ProblemDocument.of(
                ProblemType.IDEMPOTENCY_KEY_REUSED,
                "The key was used with other documents. Use another key for each request, and repeat a request unchanged.");
    }

    /** Whether a write that begins now ends while the lock is held. Safe for any thread. */
    boolean mayWrite() {
        return lock.holds(resource.timeout());
    }

    /** Records the reply. If that fails for long, the client still receives it, and the key is free once its lease ends. */
    void complete(SavedReply answer, String fingerprint) {
        try {
            if (!recorded(() -> lock.complete(answer, fingerprint))) {
                log.warn(
                        "write {}: the lease of a key ended before its request, and another request may repeat it",
                        resource.name());
            }
        } catch (CompletionException e) {
            log.warn("write {}: a reply could not be recorded ({})", resource.name(), e.toString());
        }
    }

    /**
     * Releases the key with the outcomes so far, so that the same request can continue. Outcomes of an earlier request beyond
     * the last document of this one are kept.
     */
    private void suspend(PartialReply partial) {
        PartialReply all = before.map(partial::continuing).orElse(partial);
        try {
            if (!recorded(() -> lock.suspend(all))) {
                log.warn(
                        "write {}: the lease of a key ended before its request, and another request may repeat it",
                        resource.name());
            }
        } catch (CompletionException e) {
            log.warn("write {}: a key stays locked until its lease ends ({})", resource.name(), e.toString());
        }
    }

    /**
     * Makes a call that may be repeated until it succeeds.
     *
     * @throws CompletionException if it still fails after {@link #RECORDING}
     */
    private static boolean recorded(Supplier<CompletableFuture<Boolean>> call) {
        long begun = System.nanoTime();
        while (true) {
            try {
                return call.get().join();
            } catch (CompletionException e) {
                if (System.nanoTime() - begun > RECORDING.toNanos()) {
                    throw e;
                }
                try {
                    Thread.sleep(PAUSE.toMillis());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }
        }
    }

    /**
     * Releases the key of a request that is not completed. What it has stored, or an earlier one, is recorded: also of a
     * request that has begun as the earlier one and then differs. If it may have stored anything, the record remains, and with
     * it the seed.
     *
     * @param whole fingerprint of the whole request; empty if it was cut
     */
    void release(BulkReply reply, Optional<String> whole) {
        if (reply.tookEffect() || reply.isUnfinished()) {
            suspend(reply.partial(whole).orElse(PartialReply.UNKNOWN));
        } else if (before.isPresent()) {
            suspend(PartialReply.UNKNOWN);
        } else {
            release();
        }
    }

    /** Releases the key without outcomes, so that the same request is carried out from its beginning. */
    private void release() {
        try {
            recorded(lock::release);
        } catch (CompletionException e) {
            log.warn("write {}: a key stays locked until its lease ends ({})", resource.name(), e.toString());
        }
    }
}
