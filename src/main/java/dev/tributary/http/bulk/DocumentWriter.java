package dev.tributary.http.bulk;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.tributary.document.ValueOrigin;
import dev.tributary.http.access.Access;
import dev.tributary.http.bulk.BulkReply.Outcome;
import dev.tributary.http.bulk.Documents.Document;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.items.ItemReplies;
import dev.tributary.http.items.ResourceHandler;
import dev.tributary.http.items.TableHealth;
import dev.tributary.http.items.WriteMeters;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.RequestBody;
import dev.tributary.http.server.StrictUtf8;
import dev.tributary.idempotency.Fingerprint;
import dev.tributary.idempotency.PartialReply;
import dev.tributary.items.BulkWriter;
import dev.tributary.items.DocumentMemoryBudget;
import dev.tributary.items.Resource;
import dev.tributary.items.WriteResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the documents of one bulk request, and adds each to its reply. For one thread. */
final class DocumentWriter {

    private static final Logger log = LoggerFactory.getLogger(DocumentWriter.class);

    private final Resource resource;
    private final ItemPaths paths;
    private final DocumentMemoryBudget memory;
    private final WriteMeters meters;
    private final TableHealth table;
    private final BulkWriter writer;
    private final BulkReply reply;
    private final Optional<BulkKey> key;
    private final Fingerprint fingerprint;

    DocumentWriter(
            Resource resource,
            ItemPaths paths,
            DocumentMemoryBudget memory,
            WriteMeters meters,
            TableHealth table,
            BulkWriter writer,
            BulkReply reply,
            Optional<BulkKey> key,
            Fingerprint fingerprint) {
        this.resource = resource;
        this.paths = paths;
        this.memory = memory;
        this.meters = meters;
        this.table = table;
        this.writer = writer;
        this.reply = reply;
        this.key = key;
        this.fingerprint = fingerprint;
    }

    /**
     * Writes documents until the body ends or the request has to.
     *
     * @return why the request ended before its body; empty if the body ended
     * @throws ProblemException if the reply cannot be kept
     */
    Optional<ProblemDocument> writeAll(Documents documents, BulkRequestLimiter.Slot slot) throws IOException {
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
            Optional<ProblemDocument> end = slot.charge().or(this::full);
            if (end.isEmpty()) {
                end = write(next.get());
            }
            if (end.isPresent()) {
                return end;
            }
        }
    }

    private Optional<ProblemDocument> full() {
        return reply.isFull()
                ? Optional.of(ProblemDocument.of(
                        ProblemType.TOO_MANY_REFUSED,
                        "Correct the refused documents, and send them again with those that have no line."))
                : Optional.empty();
    }

    /** @return why the request ends at this document; empty if it continues */
    private Optional<ProblemDocument> write(Document document) throws IOException {
        if (key.isEmpty()) {
            add(document, "", Optional.empty(), ValueOrigin.random(resource.clock()));
            return Optional.empty();
        }
        boolean continued = key.get().continuesEarlierRequest();
        String upToHere;
        Optional<PartialReply.Part> earlier;
        try {
            upToHere = addTo(fingerprint, document, memory, resource.timeout());
            earlier = key.get().earlierOutcome(upToHere);
        } catch (ProblemException e) {
            return Optional.of(e.document());
        }
        if (!key.get().mayWrite()) {
            return Optional.of(ProblemDocument.of(BulkWriter.NOT_HELD));
        }
        add(document, upToHere, earlier, key.get().valuesOf(upToHere));
        if (continued && !key.get().continuesEarlierRequest()) {
            writer.forgetKeys();
        }
        return Optional.empty();
    }

    /**
     * @param earlier its outcome in an earlier request with this key; empty if it is still to be written
     * @param generated what its generated values are made of
     */
    private void add(Document document, String upToHere, Optional<PartialReply.Part> earlier, ValueOrigin generated)
            throws IOException {
        int bytes = document.text().length;
        Optional<DocumentMemoryBudget.Claim> claim = claim(document, memory, resource.timeout());
        try {
            if (earlier.isPresent() && !writer.isBehindAnother(document.text(), generated)) {
                Outcome outcome = Outcome.of(earlier.get().answer());
                if (earlier.get().late() && outcome.isStored()) {
                    writer.rememberKey(document.text(), generated);
                }
                reply.add(document.number(), bytes, upToHere, () -> completedFuture(outcome));
                claim.ifPresent(DocumentMemoryBudget.Claim::close);
                return;
            }
            reply.add(document.number(), bytes, upToHere, () -> claim.map(
                            held -> start(document, generated).whenComplete((done, failure) -> held.close()))
                    .orElseGet(() -> refused(RequestBody.overloaded()))
                    .thenApply(Outcome::of));
        } catch (RuntimeException e) {
            claim.ifPresent(DocumentMemoryBudget.Claim::close);
            throw e;
        }
    }

    /** @return never fails */
    private CompletableFuture<Reply> start(Document document, ValueOrigin generated) {
        Optional<ProblemDocument> refusal = document.refusal().or(() -> StrictUtf8.refusal(document.text()));
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        return writer.post(document.text(), generated).handle((result, thrown) -> {
            if (thrown != null) {
                log.error("writing a document of POST {} failed", paths.collection(), thrown);
                meters.document(resource.name(), ProblemType.INTERNAL_ERROR.slug());
                return ProblemDocument.of(thrown).reply();
            }
            return reply(result);
        });
    }

    private CompletableFuture<Reply> refused(ProblemDocument refusal) {
        meters.document(resource.name(), refusal.type().slug());
        return completedFuture(refusal.reply());
    }

    private Reply reply(WriteResult result) {
        table.record(Access.WRITE, result);
        meters.document(resource.name(), ResourceHandler.outcome(result));
        return ItemReplies.of(paths, result);
    }

    /**
     * Adds a document to the fingerprint of its request.
     *
     * @return the fingerprint of the request up to the document
     * @throws ProblemException if there is no memory for it within {@code longest}
     */
    static String addTo(Fingerprint fingerprint, Document document, DocumentMemoryBudget memory, Duration longest)
            throws IOException {
        DocumentMemoryBudget.Claim claim =
                claim(document, memory, longest).orElseThrow(() -> new ProblemException(RequestBody.overloaded()));
        try {
            return fingerprint.add(document.text());
        } finally {
            claim.close();
        }
    }

    /** Waits until other documents end, those of this request included; empty if that takes longer than a request may. */
    private static Optional<DocumentMemoryBudget.Claim> claim(
            Document document, DocumentMemoryBudget memory, Duration longest) throws IOException {
        try {
            return memory.claim(document.text(), longest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a document waited for memory");
        }
    }
}
