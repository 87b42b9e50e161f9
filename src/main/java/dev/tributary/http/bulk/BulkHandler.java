package dev.tributary.http.bulk;

import dev.tributary.document.RefusedException;
import dev.tributary.http.access.CallerRate;
import dev.tributary.http.bulk.Documents.Document;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.http.items.IdempotencyMeters;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.ItemReplies;
import dev.tributary.http.items.Preconditions;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.items.WriteMeters;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.Query;
import dev.tributary.http.server.RequestBody;
import dev.tributary.idempotency.AcquireResult;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.items.BulkWriter;
import dev.tributary.items.Idempotency;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST} of many documents: lines of JSON, or one array. They are written as they arrive, and the reply has a line
 * for each; its status 200 means only that the request was valid.
 */
public final class BulkHandler implements ExchangeHandler {

    private static final Logger log = LoggerFactory.getLogger(BulkHandler.class);

    /** Problems for which a request ends although its client still sends. */
    private static final Set<ProblemType> STILL_SENDING = Set.of(
            ProblemType.BODY_TOO_LARGE,
            ProblemType.MALFORMED_JSON,
            ProblemType.STOPPING,
            ProblemType.TOO_MANY_REFUSED,
            ProblemType.INSUFFICIENT_STORAGE,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            ProblemType.OVERLOADED,
            ProblemType.UNAVAILABLE);

    private final Resource resource;
    private final ItemPaths paths;
    private final BulkRequestLimiter requests;
    private final RequestBody body;
    private final WriteMeters meters;
    private final IdempotencyMeters keys;
    private final TableHealth table;

    /** @param body limits of one document */
    public BulkHandler(
            Resource resource,
            ItemPaths paths,
            BulkRequestLimiter requests,
            RequestBody body,
            WriteMeters meters,
            IdempotencyMeters keys,
            TableHealth table) {
        this.resource = resource;
        this.paths = paths;
        this.requests = requests;
        this.body = body;
        this.meters = meters;
        this.keys = keys;
        this.table = table;
    }

    /** Whether a request is a bulk request. */
    public static boolean isFor(Exchange exchange) {
        String type = exchange.header("Content-Type");
        return MediaTypes.LINES.include(type) || (MediaTypes.POST.include(type) && RequestBody.beginsArray(exchange));
    }

    @Override
    public void handle(Exchange exchange) throws IOException, RefusedException {
        Timer.Sample sample = meters.start();
        String outcome = ProblemType.INTERNAL_ERROR.slug();
        try (BulkRequestLimiter.Slot slot = requests.begin(CallerRate.name(exchange.request()))) {
            exchange.endBody(slot::over);
            outcome = reply(exchange, slot);
        } catch (ProblemException | RefusedException e) {
            outcome = ProblemDocument.of(e).type().slug();
            throw e;
        } finally {
            meters.stop(sample, resource.name(), exchange.method(), outcome);
        }
    }

    /** @return the outcome for the meter */
    private String reply(Exchange exchange, BulkRequestLimiter.Slot slot) throws IOException, RefusedException {
        RequestBody.check(exchange, MediaTypes.POST);
        new Query(exchange.query()).end();
        BulkWriter writer = resource.bulk(Preconditions.ofWrite(exchange));
        if (exchange.contentLength() > requests.maxBytes()) {
            RequestBody.discard(exchange);
            throw new ProblemException(Documents.tooLarge(requests.maxBytes()));
        }
        Optional<String> key = BulkKey.of(exchange, resource);
        Documents documents = documents(exchange);
        Fingerprint fingerprint = IdempotencyKey.fingerprint(exchange, documents.numbering());
        if (key.isEmpty()) {
            return write(exchange, slot, documents, writer, Optional.empty(), fingerprint);
        }
        AcquireResult lock = BulkKey.acquire(exchange, resource, key.get(), table);
        if (!(lock instanceof AcquireResult.Acquired acquired)) {
            return keys.count(resource, repeat(exchange, documents, (AcquireResult.Found) lock, fingerprint));
        }
        try (BulkKey held = BulkKey.held(resource, acquired)) {
            if (held.continuesEarlierRequest()) {
                writer.rememberKeys();
            }
            writer.startOnlyWhile(held::mayWrite);
            return write(exchange, slot, documents, writer, Optional.of(held), fingerprint);
        }
    }

    private Documents documents(Exchange exchange) {
        InputStream bytes = exchange.body();
        return MediaTypes.LINES.include(exchange.header("Content-Type"))
                ? new JsonLines(bytes, requests.maxBytes(), body.maxBytes())
                : new JsonArray(bytes, requests.maxBytes(), body.maxBytes());
    }

    private String write(
            Exchange exchange,
            BulkRequestLimiter.Slot slot,
            Documents documents,
            BulkWriter writer,
            Optional<BulkKey> key,
            Fingerprint fingerprint)
            throws IOException {
        try (BulkReply reply = new BulkReply(documents.numbering())) {
            DocumentWriter lines =
                    new DocumentWriter(resource, paths, body.memory(), meters, table, writer, reply, key, fingerprint);
            Optional<ProblemDocument> cut;
            Optional<String> whole;
            try {
                cut = lines.writeAll(documents, slot);
                whole = cut.isPresent() ? Optional.empty() : Optional.of(fingerprint.end());
                if (key.isPresent() && whole.isPresent()) {
                    cut = key.get().refusal(whole.get());
                }
                reply.end(cut);
            } catch (IOException | RuntimeException e) {
                reply.abandon();
                key.ifPresent(held -> held.release(reply, Optional.empty()));
                throw e;
            }
            if (key.isPresent()) {
                keys.count(resource, end(key.get(), reply, cut, whole));
            }
            cut.ifPresent(problem -> discardRest(exchange, problem.type()));
            if (!send(reply, exchange)) {
                return "disconnected";
            }
            return cut.map(problem -> problem.type().slug()).orElse("complete");
        } catch (ProblemException e) {
            discardRest(exchange, e.document().type());
            throw e;
        }
    }

    /** @return the result for the meter */
    private static String end(BulkKey key, BulkReply reply, Optional<ProblemDocument> cut, Optional<String> whole) {
        if (cut.map(ProblemDocument::type)
                .filter(ProblemType.IDEMPOTENCY_KEY_REUSED::equals)
                .isPresent()) {
            key.release(reply, Optional.empty());
            return "mismatch";
        }
        if (reply.tookEffect() && whole.isPresent() && !reply.isUnfinished()) {
            key.complete(reply.saved(), whole.get());
            return "executed";
        }
        key.release(reply, whole);
        return reply.tookEffect() || cut.isPresent() || reply.isUnfinished() ? "failed" : "refused";
    }

    /** Sends the recorded reply, if the documents are the same. */
    private WriteResult repeat(
            Exchange exchange, Documents documents, AcquireResult.Found found, Fingerprint fingerprint)
            throws IOException {
        if (found instanceof AcquireResult.Completed) {
            try {
                for (Optional<Document> next = documents.next(); next.isPresent(); next = documents.next()) {
                    DocumentWriter.addTo(fingerprint, next.get(), body.memory(), resource.timeout());
                }
            } catch (IOException e) {
                throw new ProblemException(RequestBody.broken(e));
            }
        } else {
            RequestBody.discard(exchange);
        }
        WriteResult result = Idempotency.meaning(found, fingerprint.end());
        exchange.send(ItemReplies.of(paths, result));
        return result;
    }

    private static void discardRest(Exchange exchange, ProblemType problem) {
        if (STILL_SENDING.contains(problem)) {
            exchange.endBody(Optional::empty);
            RequestBody.discard(exchange);
        }
    }

    /** @return whether the client read it */
    private static boolean send(BulkReply reply, Exchange exchange) {
        try {
            exchange.send(new Reply(200, Map.of("Content-Type", BulkReply.TYPE), ""), reply.length(), reply::sendTo);
            return true;
        } catch (IOException e) {
            log.debug("a client did not read the reply", e);
            return false;
        }
    }
}
