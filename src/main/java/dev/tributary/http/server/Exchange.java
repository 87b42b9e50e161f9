package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.model.Failures;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer, as the handlers of this package see them. Nothing of it outlives the request. Used by one
 * thread at a time; exactly one answer is sent.
 */
public final class Exchange {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final int BODY_BUFFER = 16 * 1024;

    /** Writes a body that is too long to be held as one value. */
    public interface BodyWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final PathPattern pattern;
    private final PendingReplies pending;
    private final ReplyMemoryBudget memory;
    private @Nullable BufferedInputStream body;
    private Supplier<Optional<ProblemDocument>> bodyEnd = Optional::empty;
    private boolean answered;

    /**
     * @param pattern that the request's path fits
     * @param pending where answers are noted that are still to come
     * @param memory for answers until they are read
     */
    Exchange(
            Request request,
            Response response,
            Callback callback,
            PathPattern pattern,
            PendingReplies pending,
            ReplyMemoryBudget memory) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.pattern = pattern;
        this.pending = pending;
        this.memory = memory;
    }

    public String method() {
        return request.getMethod();
    }

    /** As it was sent, percent-encoded. */
    public String path() {
        return Router.path(request);
    }

    /** As it was sent, percent-encoded; null if there is none. */
    public @Nullable String query() {
        return request.getHttpURI().getQuery();
    }

    public PathPattern pattern() {
        return pattern;
    }

    /** The first value of a header; null if there is none. */
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    /** Each line of a header. */
    public List<String> headers(String name) {
        return request.getHeaders().getValuesList(name);
    }

    /** Declared length of the body in bytes; -1 if it is not known. */
    public long contentLength() {
        return request.getLength();
    }

    /** The request as Jetty has it, for what is decided from its connection and its attributes. */
    public Request request() {
        return request;
    }

    /** The body, the same stream at each call. Reading waits for the client. */
    public BufferedInputStream body() {
        if (body == null) {
            body = new BufferedInputStream(
                    new AbortableBody(Content.Source.asInputStream(request), () -> bodyEnd.get()), BODY_BUFFER);
        }
        return body;
    }

    /** Runs a task when the request has ended, however it ends. */
    void atEnd(Runnable task) {
        Request.addCompletionListener(request, failure -> task.run());
    }

    /**
     * Lets reading of the body fail from some moment on.
     *
     * @param end asked at each read from the connection: why reading has to end, if it has to
     */
    public void endBody(Supplier<Optional<ProblemDocument>> end) {
        bodyEnd = end;
    }

    /** Sends an answer, or 503 if there is no memory for it, without waiting until the client has taken it. */
    public void send(Reply answer) {
        byte[] bytes = answer.bytes();
        Optional<Runnable> release = memory.claim(bytes.length);
        if (release.isEmpty()) {
            send(ProblemDocument.of(
                            ProblemType.OVERLOADED,
                            "Answers that others do not read take the memory that there is for them. Send this again after Retry-After.")
                    .retryAfter(RETRY_AFTER)
                    .answer());
            return;
        }
        begin(answer);
        if (bytes.length > 0) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        }
        response.write(true, ByteBuffer.wrap(bytes), Callback.from(callback, release.get()));
    }

    /** Sends an answer once it is known. The calling thread is free in the meantime. */
    public void send(CompletableFuture<Reply> future) {
        CompletableFuture<Void> unused = pending.add(future).handle((answer, failure) -> {
            try {
                if (failure == null) {
                    send(answer);
                } else {
                    fail(Failures.unwrap(failure));
                }
            } catch (RuntimeException | Error e) {
                callback.failed(e); // ends the connection: nothing else would end the request
            }
            return null;
        });
    }

    /**
     * Sends an answer whose body is written while it is sent. Waits for the client.
     *
     * @param head status and headers; its body is not sent
     * @throws IOException if the client did not take all of it
     */
    public void send(Reply head, long length, BodyWriter writer) throws IOException {
        begin(head);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
            writer.writeTo(out);
        } catch (IOException | RuntimeException | Error e) {
            callback.failed(e);
            throw e;
        }
        callback.succeeded();
    }

    /** Answers a request whose handler failed: with the problem, if the request is at fault, else with 500. */
    void fail(Throwable failure) {
        if (answered) {
            log.debug("a request failed behind its answer", failure);
            return;
        }
        if (failure instanceof ProblemException problem) {
            send(problem.document().answer());
            return;
        }
        log.error("{} {} failed", method(), pattern, failure);
        send(ProblemDocument.of(ProblemType.INTERNAL_ERROR, "The log of the server has the cause.")
                .answer());
    }

    private void begin(Reply answer) {
        answered = true;
        if (!request.consumeAvailable()) {
            // What is left of the body would be taken for the next request.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    }
}
