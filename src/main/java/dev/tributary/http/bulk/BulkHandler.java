package dev.tributary.http.bulk;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.tributary.document.RefusedException;
import dev.tributary.http.access.Access;
import dev.tributary.http.access.CallerRate;
import dev.tributary.http.bulk.BulkReply.Outcome;
import dev.tributary.http.bulk.Documents.Document;
import dev.tributary.http.items.IdempotencyKey;
import dev.tributary.http.items.IdempotencyMeters;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.ItemReplies;
import dev.tributary.http.items.Preconditions;
import dev.tributary.http.items.ResourceHandler;
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
import dev.tributary.http.server.StrictUtf8;
import dev.tributary.idempotency.AcquireResult;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.items.BulkWriter;
import dev.tributary.items.DocumentMemoryBudget;
import dev.tributary.items.Idempotency;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST} of many documents: lines of JSON, or one array. They are written while they arrive, and answered one by
 * one in a body of lines; its status says only that the request was understood.
 */
public final class BulkHandler implements ExchangeHandler {

    private static final Logger log = LoggerFactory.getLogger(BulkHandler.class);

    /** What is wrong with a body of which more comes. */
    private static final Set<ProblemType> STILL_SENDING = Set.of(
            ProblemType.BODY_TOO_LARGE, ProblemType.MALFORMED_JSON, ProblemType.STOPPING, ProblemType.TOO_MANY_REFUSED);

    private final Resource route;
    private final ItemPaths paths;
    private final BulkRequestLimiter requests;
    private final RequestBody documents;
    private final WriteMeters meters;
    private final IdempotencyMeters keys;
    private final TableHealth table;

    /** @param documents what one document may take */
    public BulkHandler(
            Resource route,
            ItemPaths paths,
            BulkRequestLimiter requests,
            RequestBody documents,
            WriteMeters meters,
            IdempotencyMeters keys,
            TableHealth table) {
        this.route = route;
        this.paths = paths;
        this.requests = requests;
        this.documents = documents;
        this.meters = meters;
        this.keys = keys;
        this.table = table;
    }

    /** Whether a request has many documents. */
    public static boolean isFor(Exchange exchange) {
        String type = exchange.header("Content-Type");
        return MediaTypes.LINES.include(type) || (MediaTypes.POST.include(type) && RequestBody.beginsArray(exchange));
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Timer.Sample sample = meters.start();
        String outcome = ProblemType.INTERNAL_ERROR.slug();
        try {
            try (BulkRequestLimiter.Slot slot = requests.begin(CallerRate.name(exchange.request()))) {
                exchange.endBody(slot::over);
                outcome = answer(exchange, slot);
            }
        } catch (ProblemException e) {
            outcome = e.document().type().slug();
            throw e;
        } finally {
            meters.stop(sample, route.name(), exchange.method(), outcome);
        }
    }

    private String answer(Exchange exchange, BulkRequestLimiter.Slot slot) throws IOException {
        RequestBody.check(exchange, MediaTypes.POST);
        new Query(exchange.query()).end();
        BulkWriter writer = writer(exchange);
        if (exchange.contentLength() > requests.maxBytes()) {
            RequestBody.discard(exchange);
            throw new ProblemException(Documents.tooLarge(requests.maxBytes()));
        }
        Optional<String> key = BulkKey.of(exchange, route);
        InputStream body = exchange.body();
        Documents documents = MediaTypes.LINES.include(exchange.header("Content-Type"))
                ? new JsonLines(body, requests.maxBytes(), this.documents.maxBytes())
                : new JsonArray(body, requests.maxBytes(), this.documents.maxBytes());
        Fingerprint fingerprint = IdempotencyKey.fingerprint(exchange, documents.numbering());
        if (key.isEmpty()) {
            return answer(exchange, slot, documents, writer, Optional.empty(), fingerprint);
        }
        AcquireResult taken = BulkKey.take(exchange, route, key.get(), table);
        if (!(taken instanceof AcquireResult.Acquired acquired)) {
            return keys.count(route, repeat(exchange, documents, (AcquireResult.Found) taken, fingerprint));
        }
        BulkKey held = BulkKey.held(route, acquired);
        if (held.goesOn()) {
            writer.rememberKeys();
        }
        try {
            return answer(exchange, slot, documents, writer, Optional.of(held), fingerprint);
        } catch (IOException | RuntimeException e) {
            held.giveBack();
            throw e;
        }
    }

    private String answer(
            Exchange exchange,
            BulkRequestLimiter.Slot slot,
            Documents documents,
            BulkWriter writer,
            Optional<BulkKey> key,
            Fingerprint fingerprint)
            throws IOException {
        try (BulkReply answer = new BulkReply(documents.numbering())) {
            Optional<ProblemDocument> cut = write(slot, documents, writer, answer, key, fingerprint);
            Optional<String> whole = cut.isPresent() ? Optional.empty() : Optional.of(fingerprint.end());
            if (key.isPresent() && whole.isPresent()) {
                cut = key.get().refusal(whole.get());
            }
            answer.end(cut);
            if (key.isPresent()) {
                keys.count(route, end(key.get(), answer, cut, whole));
            }
            if (cut.isPresent() && STILL_SENDING.contains(cut.get().type())) {
                exchange.endBody(Optional::empty);
                RequestBody.discard(exchange);
            }
            if (!send(answer, exchange)) {
                return "disconnected";
            }
            return cut.map(problem -> problem.type().slug()).orElse("complete");
        }
    }

    /** @return the word for it in metrics */
    private static String end(BulkKey key, BulkReply answer, Optional<ProblemDocument> cut, Optional<String> whole) {
        if (cut.map(ProblemDocument::type)
                .filter(ProblemType.IDEMPOTENCY_KEY_REUSED::equals)
                .isPresent()) {
            key.giveBack();
            return "mismatch";
        }
        if (!answer.tookEffect()) {
            key.release();
            return cut.isPresent() || answer.isUnfinished() ? "failed" : "refused";
        }
        if (whole.isPresent() && !answer.isUnfinished()) {
            key.complete(answer.saved(), whole.get());
            return "executed";
        }
        answer.partial(whole).ifPresentOrElse(key::suspend, key::release);
        return "failed";
    }

    /** Answers what was answered before, if the documents are the same. */
    private WriteResult repeat(
            Exchange exchange, Documents documents, AcquireResult.Found found, Fingerprint fingerprint)
            throws IOException {
        if (found instanceof AcquireResult.Completed) {
            try {
                for (Optional<Document> next = documents.next(); next.isPresent(); next = documents.next()) {
                    addTo(fingerprint, next.get());
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

    /** @return whether the client took it */
    private static boolean send(BulkReply answer, Exchange exchange) {
        try {
            exchange.send(new Reply(200, Map.of("Content-Type", BulkReply.TYPE), ""), answer.length(), answer::sendTo);
            return true;
        } catch (IOException e) {
            log.debug("a client did not take the answer", e);
            return false;
        }
    }

    private BulkWriter writer(Exchange exchange) {
        try {
            return route.bulk(Preconditions.ofWrite(exchange));
        } catch (RefusedException e) {
            throw new ProblemException(ProblemDocument.of(e.problem()));
        }
    }

    /**
     * @return why it ended before the end of the body, if so
     * @throws IOException if the answer cannot be kept
     */
    private Optional<ProblemDocument> write(
            BulkRequestLimiter.Slot slot,
            Documents documents,
            BulkWriter writer,
            BulkReply answer,
            Optional<BulkKey> key,
            Fingerprint fingerprint)
            throws IOException {
        while (true) {
            Optional<Document> next;
            try {
                next = documents.next();
            } catch (ProblemException e) {
                return Optional.of(e.document());
            } catch (IOException e) {
                return Optional.of(slot.over().orElseGet(() -> RequestBody.broken(e)));
            }
            if (next.isEmpty()) {
                return Optional.empty();
            }
            Optional<ProblemDocument> over = slot.charge();
            if (over.isPresent()) {
                return over;
            }
            if (answer.isFull()) {
                return Optional.of(
                        ProblemDocument.of(
                                ProblemType.TOO_MANY_REFUSED,
                                "Mend the documents that were refused, and send them again with those that have no line here."));
            }
            Document document = next.get();
            String hash = "";
            Optional<String> known = Optional.empty();
            if (key.isPresent()) {
                try {
                    hash = addTo(fingerprint, document);
                    known = key.get().known(hash);
                } catch (ProblemException e) {
                    return Optional.of(e.document());
                }
                if (!key.get().isHeld()) {
                    return Optional.of(ProblemDocument.of(
                            ProblemType.UNAVAILABLE, "The idempotency key could not be kept in use. Try again."));
                }
            }
            add(document, hash, known, writer, answer);
        }
    }

    /** @param known what it was answered before; absent if it is to be carried out */
    private void add(Document document, String hash, Optional<String> known, BulkWriter writer, BulkReply answer)
            throws IOException {
        int bytes = document.text().length;
        Optional<DocumentMemoryBudget.Claim> claim = claim(document);
        try {
            if (known.isPresent() && !writer.isBehindAnother(document.text())) {
                answer.add(document.number(), bytes, hash, () -> completedFuture(Outcome.of(known.get())));
                claim.ifPresent(DocumentMemoryBudget.Claim::close);
                return;
            }
            answer.add(document.number(), bytes, hash, () -> claim.map(
                            held -> write(document, writer).whenComplete((done, failure) -> held.close()))
                    .orElseGet(() -> refused(RequestBody.overloaded()))
                    .thenApply(Outcome::of));
        } catch (IOException | RuntimeException e) {
            claim.ifPresent(DocumentMemoryBudget.Claim::close);
            throw e;
        }
    }

    private String addTo(Fingerprint fingerprint, Document document) throws IOException {
        DocumentMemoryBudget.Claim claim =
                claim(document).orElseThrow(() -> new ProblemException(RequestBody.overloaded()));
        try {
            return fingerprint.add(document.text());
        } finally {
            claim.close();
        }
    }

    /** Waits for other documents to end, also those of this request; empty if that takes longer than a request may. */
    private Optional<DocumentMemoryBudget.Claim> claim(Document document) throws IOException {
        try {
            return documents.memory().claim(document.text(), route.timeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a document waited for memory");
        }
    }

    private CompletableFuture<Reply> write(Document document, BulkWriter writer) {
        if (document.refusal().isPresent()) {
            return refused(document.refusal().get());
        }
        Optional<ProblemDocument> undecodable = StrictUtf8.refusal(document.text());
        if (undecodable.isPresent()) {
            meters.line(route.name(), undecodable.get().type().slug());
            return CompletableFuture.completedFuture(undecodable.get().answer());
        }
        return writer.post(document.text()).handle((result, thrown) -> {
            if (thrown != null) {
                log.error("a document of POST {} failed", paths.collection(), thrown);
                meters.line(route.name(), ProblemType.INTERNAL_ERROR.slug());
                return ProblemDocument.of(ProblemType.INTERNAL_ERROR, "The log of the server has the cause.")
                        .answer();
            }
            return answer(result);
        });
    }

    private CompletableFuture<Reply> refused(ProblemDocument refusal) {
        meters.line(route.name(), refusal.type().slug());
        return CompletableFuture.completedFuture(refusal.answer());
    }

    private Reply answer(WriteResult result) {
        table.heard(Access.WRITE, result);
        meters.line(route.name(), ResourceHandler.outcome(result));
        return ItemReplies.of(paths, result);
    }
}
