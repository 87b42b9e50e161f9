package dev.tributary.http.bulk;

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
import dev.tributary.idempotency.SavedReply;
import dev.tributary.items.Idempotency;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The idempotency key of a request with many documents, which is ours while they are written. For one thread.
 *
 * <p>There is no transaction around the documents: a request that is cut, or has documents that failed for a reason that
 * passes, gives its key back with what was done, and the same request again carries out the rest.
 */
final class BulkKey {

    private static final Logger log = LoggerFactory.getLogger(BulkKey.class);

    /** Longer than a client may be silent, with time for a write behind that. */
    private static final Duration HOLD = Duration.ofMinutes(1);

    private static final Duration RENEWAL = Duration.ofSeconds(10);

    private final Resource route;
    private final HeldLock lock;
    private final Optional<PartialReply> before;
    private int documents;
    private long renewed;

    private BulkKey(Resource route, HeldLock lock, Optional<PartialReply> before) {
        this.route = route;
        this.lock = lock;
        this.before = before;
        this.renewed = System.nanoTime();
    }

    /**
     * The key that a request has.
     *
     * @throws ProblemException if it must not have one, or must have one
     */
    static Optional<String> of(Exchange exchange, Resource route) {
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
    static AcquireResult take(Exchange exchange, Resource route, String key, TableHealth table) {
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

    static BulkKey held(Resource route, AcquireResult.Acquired acquired) {
        return new BulkKey(route, acquired.lock(), acquired.before());
    }

    /** Whether an earlier request with this key was begun, and its documents may have been answered. */
    boolean goesOn() {
        return before.isPresent();
    }

    /**
     * What the next document was answered before.
     *
     * @param document its hash
     * @return empty if it is still to be carried out
     * @throws ProblemException if it is not the document that the earlier request had at this place
     */
    Optional<String> known(String document) {
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
        return Optional.of(parts.get(index).answer()).filter(answer -> !answer.isEmpty());
    }

    /** Why the request, at its end, is not the earlier one; empty if it is, or there was none. */
    Optional<ProblemDocument> refusal(String fingerprint) {
        return before.filter(earlier -> documents < earlier.parts().size()
                        || !earlier.fingerprint().orElse(fingerprint).equals(fingerprint))
                .map(earlier -> reused());
    }

    private static ProblemDocument reused() {
        return ProblemDocument.of(
                ProblemType.IDEMPOTENCY_KEY_REUSED,
                "The key was used with other documents. Give each request a key of its own, and repeat a request unchanged.");
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
    void complete(SavedReply answer, String fingerprint) {
        try {
            if (!lock.complete(answer, fingerprint).join()) {
                log.warn("write {}: a request with a key ended too late, and another one carries it out", route.name());
            }
        } catch (CompletionException e) {
            log.warn("write {}: an answer could not be kept ({})", route.name(), e.toString());
        }
    }

    /**
     * Gives the key back with what was done, for the same request to go on from there. What an earlier request did beyond
     * the documents that this one came to stays known.
     */
    void suspend(PartialReply partial) {
        PartialReply all = before.filter(
                        earlier -> earlier.parts().size() > partial.parts().size())
                .map(earlier -> {
                    List<PartialReply.Part> parts = new ArrayList<>(partial.parts());
                    parts.addAll(earlier.parts()
                            .subList(parts.size(), earlier.parts().size()));
                    return new PartialReply(parts, earlier.fingerprint());
                })
                .orElse(partial);
        try {
            if (!lock.suspend(all).join()) {
                log.warn("write {}: a request with a key ended too late, and another one carries it out", route.name());
            }
        } catch (CompletionException e) {
            log.warn("write {}: a key is in use until its time is over ({})", route.name(), e.toString());
        }
    }

    /** Gives the key back as it was: what was done of the request before stays known. */
    void giveBack() {
        before.ifPresentOrElse(this::suspend, this::release);
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
