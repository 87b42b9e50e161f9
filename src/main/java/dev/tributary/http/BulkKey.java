package dev.tributary.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tributary.http.Documents.Document;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.idempotency.HeldLock;
import dev.tributary.idempotency.SavedAnswer;
import dev.tributary.idempotency.Taken;
import dev.tributary.ingest.Idempotency;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The idempotency key of a request with many documents, which is ours while they are written. For one thread.
 *
 * <p>There is no transaction around the documents: a request that is cut gives its key back, and the same request again
 * writes all of them again.
 */
final class BulkKey {

    private static final Logger log = LoggerFactory.getLogger(BulkKey.class);

    /** Longer than a client may be silent, with time for a write behind that. */
    private static final Duration HOLD = Duration.ofMinutes(1);

    private static final Duration RENEWAL = Duration.ofSeconds(10);

    private final WriteRoute route;
    private final HeldLock lock;
    private long renewed;

    private BulkKey(WriteRoute route, HeldLock lock) {
        this.route = route;
        this.lock = lock;
        this.renewed = System.nanoTime();
    }

    /**
     * The key that a request has.
     *
     * @throws ProblemException if it must not have one, or must have one
     */
    static Optional<String> of(Exchange exchange, WriteRoute route) {
        Optional<String> header = IdempotencyKey.of(exchange);
        Optional<Idempotency> idempotency = route.idempotency();
        if (idempotency.isEmpty()) {
            if (header.isPresent()) {
                throw IdempotencyKey.notTaken(route);
            }
            return Optional.empty();
        }
        if (idempotency.get().attribute().isPresent()) {
            throw IdempotencyKey.bad(
                    "Each item here has a key of its own, the value of %s, so it needs a request of its own."
                            .formatted(idempotency.get().attribute().get()));
        }
        if (header.isEmpty() && idempotency.get().required()) {
            throw IdempotencyKey.missing();
        }
        return header;
    }

    /** Begins the request of this key, unless there is a record of it. */
    static Taken take(Exchange exchange, WriteRoute route, String key, TableHealth table) {
        try {
            return route.idempotency()
                    .orElseThrow()
                    .lock(Caller.nameOf(exchange), key, HOLD, System::nanoTime, route.timeout())
                    .take()
                    .join();
        } catch (CompletionException e) {
            WriteResult.Refused refused = route.explain(e);
            table.heard(Access.WRITE, refused);
            throw new ProblemException(ProblemDocument.of(refused.problem()));
        }
    }

    static BulkKey held(WriteRoute route, Taken.Acquired acquired) {
        return new BulkKey(route, acquired.lock());
    }

    static void add(Document document, Fingerprint fingerprint) {
        try {
            fingerprint.document(document.text());
        } catch (JsonProcessingException e) {
            fingerprint.malformed(document.text());
        }
    }

    /** Whether a write that begins now ends while the request is ours. */
    boolean isHeld() {
        if (System.nanoTime() - renewed > RENEWAL.toNanos()) {
            try {
                lock.renew().join();
                renewed = System.nanoTime();
            } catch (CompletionException e) {
                log.warn("write {}: a key was not renewed, and will be tried again ({})", route.name(), e.toString());
            }
        }
        return lock.holds(route.timeout());
    }

    /** Keeps the answer. If that fails the client has it all the same, and the key is free again after a while. */
    void complete(SavedAnswer answer, String fingerprint) {
        try {
            if (!lock.complete(answer, fingerprint).join()) {
                log.warn("write {}: a request with a key ended too late, and another one carries it out", route.name());
            }
        } catch (CompletionException e) {
            log.warn("write {}: an answer could not be kept ({})", route.name(), e.toString());
        }
    }

    /** Gives the key back, for the same request to be carried out again. */
    void release() {
        try {
            lock.release().join();
        } catch (CompletionException e) {
            log.warn("write {}: a key is in use until its time is over ({})", route.name(), e.toString());
        }
    }
}
