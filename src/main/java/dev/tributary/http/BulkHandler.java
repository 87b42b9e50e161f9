package dev.tributary.http;

import dev.tributary.http.Documents.Document;
import dev.tributary.ingest.BulkWriter;
import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST} of many documents: lines of JSON, or one array. They are written while they arrive, and answered one by
 * one in a body of lines; its status says only that the request was understood.
 */
final class BulkHandler implements Handler {

    private static final Logger log = LoggerFactory.getLogger(BulkHandler.class);

    /** What is wrong with a body of which more comes. */
    private static final Set<ProblemType> STILL_SENDING =
            Set.of(ProblemType.BODY_TOO_LARGE, ProblemType.MALFORMED_JSON, ProblemType.STOPPING);

    private final WriteRoute route;
    private final ItemPaths paths;
    private final BulkRequests requests;
    private final int maxDocumentBytes;
    private final WriteMeters meters;
    private final TableHealth table;

    /** @param maxDocumentBytes longest document */
    BulkHandler(
            WriteRoute route,
            ItemPaths paths,
            BulkRequests requests,
            int maxDocumentBytes,
            WriteMeters meters,
            TableHealth table) {
        this.route = route;
        this.paths = paths;
        this.requests = requests;
        this.maxDocumentBytes = maxDocumentBytes;
        this.meters = meters;
        this.table = table;
    }

    /** Whether a request has many documents. */
    static boolean isFor(Context context) {
        String type = context.header("Content-Type");
        return MediaTypes.LINES.include(type) || (MediaTypes.POST.include(type) && RequestBody.beginsArray(context));
    }

    @Override
    public void handle(Context context) throws IOException {
        Timer.Sample sample = meters.start();
        String outcome = ProblemType.INTERNAL_ERROR.slug();
        try {
            requests.begin();
            try {
                outcome = answer(context);
            } finally {
                requests.end();
            }
        } catch (ProblemException e) {
            outcome = e.document().type().slug();
            throw e;
        } finally {
            meters.stop(sample, route.name(), context.req().getMethod(), outcome);
        }
    }

    private String answer(Context context) throws IOException {
        RequestBody.check(context, MediaTypes.POST);
        new Query(context.req().getQueryString()).end();
        BulkWriter writer = writer(context);
        if (context.req().getContentLengthLong() > requests.maxBytes()) {
            RequestBody.discard(context);
            throw new ProblemException(Documents.tooLarge(requests.maxBytes()));
        }
        InputStream body = RequestBody.stream(context);
        Documents documents = MediaTypes.LINES.include(context.header("Content-Type"))
                ? new JsonLines(body, requests.maxBytes(), maxDocumentBytes)
                : new JsonArray(body, requests.maxBytes(), maxDocumentBytes);
        try (BulkAnswer answer = new BulkAnswer(documents.numbering())) {
            Optional<ProblemDocument> cut = write(documents, writer, answer);
            answer.end(cut);
            if (cut.isPresent() && STILL_SENDING.contains(cut.get().type())) {
                RequestBody.discard(context);
            }
            context.status(200).contentType(MediaTypes.LINES.types().get(0));
            context.res().setContentLengthLong(answer.length());
            if (!send(answer, context)) {
                return "disconnected";
            }
            return cut.map(problem -> problem.type().slug()).orElse("complete");
        }
    }

    /** @return whether the client took it */
    private static boolean send(BulkAnswer answer, Context context) {
        try {
            answer.sendTo(context.res().getOutputStream());
            return true;
        } catch (IOException e) {
            log.debug("a client did not take the answer", e);
            return false;
        }
    }

    private BulkWriter writer(Context context) {
        try {
            return route.bulk(Preconditions.ofWrite(context));
        } catch (RefusedException e) {
            throw new ProblemException(ProblemDocument.of(e.problem()));
        }
    }

    /**
     * @return why it ended before the end of the body, if so
     * @throws IOException if the answer cannot be kept
     */
    private Optional<ProblemDocument> write(Documents documents, BulkWriter writer, BulkAnswer answer)
            throws IOException {
        while (true) {
            Optional<Document> next;
            try {
                next = documents.next();
            } catch (ProblemException e) {
                return Optional.of(e.document());
            } catch (IOException e) {
                return Optional.of(requests.isStopping() ? stopping() : RequestBody.broken(e));
            }
            if (next.isEmpty()) {
                return Optional.empty();
            }
            if (requests.isStopping()) {
                return Optional.of(stopping());
            }
            Document document = next.get();
            answer.add(document.number(), document.text().length, () -> write(document, writer));
        }
    }

    private static ProblemDocument stopping() {
        return ProblemDocument.of(ProblemType.STOPPING, "Send what has no line here again when the server is back.");
    }

    private CompletableFuture<Answer> write(Document document, BulkWriter writer) {
        if (document.refusal().isPresent()) {
            ProblemDocument refusal = document.refusal().get();
            meters.line(route.name(), refusal.type().slug());
            return CompletableFuture.completedFuture(refusal.answer());
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

    private Answer answer(WriteResult result) {
        table.heard(result);
        meters.line(route.name(), RouteHandler.outcome(result));
        return Answer.of(paths, result);
    }
}
