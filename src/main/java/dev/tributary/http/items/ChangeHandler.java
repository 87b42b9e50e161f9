package dev.tributary.http.items;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tributary.document.RefusedException;
import dev.tributary.http.access.Caller;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.items.Delivery;
import dev.tributary.items.Idempotency;
import dev.tributary.items.ItemChange;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Handles requests that change an item: {@code POST}, {@code PUT}, {@code PATCH}, {@code DELETE}. */
public final class ChangeHandler implements ResourceHandler.ItemWork {

    /** Reads a request. */
    public interface Reader {
        ItemRequest read(Exchange exchange) throws RefusedException;
    }

    /** Replaces the delivery of a change. */
    interface Wrapping {
        @Nullable Delivery of(Optional<Delivery> usual);
    }

    private final Resource resource;
    private final ItemPaths paths;
    private final Reader reader;
    private final IdempotencyMeters meters;

    public ChangeHandler(Resource resource, ItemPaths paths, Reader reader, IdempotencyMeters meters) {
        this.resource = resource;
        this.paths = paths;
        this.reader = reader;
        this.meters = meters;
    }

    Resource resource() {
        return resource;
    }

    @Override
    public CompletableFuture<WriteResult> start(Exchange exchange) throws RefusedException {
        return start(exchange, sent -> sent.orElse(null));
    }

    /**
     * Carries a request out.
     *
     * @param wrapping the delivery to use in place of the usual one, which is empty for separate calls
     */
    CompletableFuture<WriteResult> start(Exchange exchange, Wrapping wrapping) throws RefusedException {
        Optional<String> header = IdempotencyKey.of(exchange);
        Optional<Idempotency> idempotency = resource.idempotency();
        if (idempotency.isEmpty()) {
            if (header.isPresent()) {
                throw IdempotencyKey.notTaken(resource);
            }
            return run(reader.read(exchange).change(), Optional.empty(), wrapping);
        }
        return start(exchange, header, idempotency.get(), wrapping);
    }

    private CompletableFuture<WriteResult> run(ItemChange change, Optional<Delivery> usual, Wrapping wrapping) {
        Delivery delivery = wrapping.of(usual);
        return delivery == null ? resource.run(change) : resource.run(change, delivery);
    }

    private CompletableFuture<WriteResult> start(
            Exchange exchange, Optional<String> header, Idempotency idempotency, Wrapping wrapping)
            throws RefusedException {
        boolean ofItem = idempotency.attribute().isPresent() && putsItem(exchange);
        if (ofItem && header.isPresent()) {
            throw IdempotencyKey.bad("The key of this request is the value of %s in its document. Send no %s."
                    .formatted(idempotency.attribute().get(), IdempotencyKey.HEADER));
        }
        if (!ofItem && header.isEmpty() && idempotency.required()) {
            throw IdempotencyKey.missing();
        }
        ItemRequest request = reader.read(exchange);
        ItemChange change;
        try {
            change = request.change();
        } catch (RefusedException refused) {
            // It may have been carried out before a change of the configuration made it invalid.
            if (header.isEmpty()) {
                throw refused;
            }
            return meters.count(resource, recorded(exchange, idempotency, header.get(), request, refused));
        }
        Optional<String> key = ofItem ? idempotency.keyIn(change) : header;
        if (key.isEmpty()) {
            if (idempotency.required()) {
                throw missing("Expected a value of %s in the document: it is the idempotency key here."
                        .formatted(idempotency.attribute().orElseThrow()));
            }
            return run(change, Optional.empty(), wrapping);
        }
        String fingerprint;
        try {
            fingerprint = fingerprint(exchange, request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a change was read from a document that is not JSON", e);
        }
        return meters.count(
                resource, run(change, Optional.of(delivery(exchange, idempotency, key.get(), fingerprint)), wrapping));
    }

    private static boolean putsItem(Exchange exchange) {
        return List.of("POST", "PUT").contains(exchange.method());
    }

    private static ProblemException missing(String detail) {
        return new ProblemException(ProblemType.IDEMPOTENCY_KEY_REQUIRED, detail);
    }

    private CompletableFuture<WriteResult> recorded(
            Exchange exchange, Idempotency idempotency, String key, ItemRequest request, RefusedException refused)
            throws RefusedException {
        try {
            return resource.end(
                    new WriteResult.Refused(refused.problem()),
                    delivery(exchange, idempotency, key, fingerprint(exchange, request)));
        } catch (JsonProcessingException e) {
            throw refused; // a document that is not JSON was never carried out
        }
    }

    private Delivery delivery(Exchange exchange, Idempotency idempotency, String key, String fingerprint) {
        return idempotency.delivery(Caller.nameOf(exchange), key, fingerprint, result -> ItemReplies.of(paths, result)
                .saved());
    }

    private static String fingerprint(Exchange exchange, ItemRequest request) throws JsonProcessingException {
        Fingerprint fingerprint = IdempotencyKey.fingerprint(exchange, "item");
        if (request.document().length > 0) {
            fingerprint.document(request.document());
        }
        return fingerprint.end();
    }
}
