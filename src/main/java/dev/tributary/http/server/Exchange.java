package dev.tributary.http.server;

import dev.tributary.http.log.RequestIdentity;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
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
 * One request and its reply, as handlers see them. It does not outlive the request. For one thread at a time; exactly one
 * reply is sent.
 */
public final class Exchange {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final int BODY_BUFFER = 16 * 1024;

    /** Writes a body that is too long to be a {@link Reply}. */
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
    private boolean replied;

    /**
     * @param pattern that the request's path matches
     * @param pending tracks the replies that are still to come
     * @param memory bounds the replies that clients have not read
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

    /** The path as it was sent, percent-encoded. */
    public String path() {
        return Router.path(request);
    }

    /** The query as it was sent, percent-encoded; null if there is none. */
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

    /** The value of each line of a header. */
    public List<String> headers(String name) {
        return request.getHeaders().getValuesList(name);
    }

    /** Declared length of the body in bytes; -1 if it is unknown. */
    public long contentLength() {
        return request.getLength();
    }

    /** Jetty's request, for its connection and attributes. */
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

    /** Runs a task whose lines in the log carry the request and its trace. */
    public void run(Runnable task) {
        RequestIdentity identity = RequestIdentity.of(request);
        if (identity == null) {
            task.run();
        } else {
            identity.run(task);
        }
    }

    /** Runs a task when the request has ended, however it ends. */
    void atEnd(Runnable task) {
        Request.addCompletionListener(request, failure -> task.run());
    }

    /**
     * Makes reads of the body fail once the request has to end.
     *
     * @param end why the request has to end; empty if it may continue. Asked at each read
     */
    public void endBody(Supplier<Optional<ProblemDocument>> end) {
        bodyEnd = end;
    }

    /** Sends a reply, or 503 if there is no memory for it, without waiting for the client to read it. */
    public void send(Reply reply) {
        byte[] bytes = reply.bytes();
        Optional<Runnable> release = memory.claim(bytes.length);
        if (release.isEmpty()) {
            send(ProblemDocument.of(
                            ProblemType.OVERLOADED,
                            "The memory for replies is in use by replies that clients have not read. Send this again after Retry-After.")
                    .retryAfter(RETRY_AFTER)
                    .reply());
            return;
        }
        begin(reply);
        if (bytes.length > 0) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        }
        response.write(true, ByteBuffer.wrap(bytes), Callback.from(callback, release.get()));
    }

    /** Sends a reply once it is known. Returns at once. */
    public void send(CompletableFuture<Reply> future) {
        CompletableFuture<Void> unused = pending.add(future).handle((reply, failure) -> {
            run(() -> {
                try {
                    if (failure == null) {
                        send(reply);
                    } else {
                        fail(failure);
                    }
                } catch (RuntimeException | Error e) {
                    callback.failed(e); // closes the connection: nothing else would end the request
                }
            });
            return null;
        });
    }

    /**
     * Sends a reply whose body is written while it is sent. Waits for the client to read it.
     *
     * @param head status and headers; its body is not sent
     * @throws IOException if the client did not read all of it
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

    /**
     * Begins a reply whose end is not known yet, such as server-sent events.
     *
     * @param head status and headers; its body is not sent
     */
    public Stream stream(Reply head) {
        begin(head);
        return new Stream();
    }

    /** A reply that is sent piece by piece. Outlives the handler. Safe for any thread, but for one write at a time. */
    public final class Stream {

        private Stream() {}

        /**
         * Sends a piece without waiting for the client.
         *
         * @return completes when the next piece may be sent; fails if the client has gone, which ends the reply
         */
        public CompletableFuture<Void> write(byte[] piece) {
            CompletableFuture<Void> written = new CompletableFuture<>();
            response.write(false, ByteBuffer.wrap(piece), Callback.from(() -> written.complete(null), failure -> {
                callback.failed(failure);
                written.completeExceptionally(failure);
            }));
            return written;
        }

        /** Ends the reply. Called once, not during a write and not after one that failed. */
        public void end() {
            response.write(true, ByteBuffer.allocate(0), callback);
        }
    }

    /** Sends the reply to a request whose handler failed: the problem if it was refused, else 500. */
    void fail(Throwable failure) {
        if (replied) {
            log.debug("a request failed after its reply", failure);
            return;
        }
        ProblemDocument problem = ProblemDocument.of(failure);
        if (problem.type() == ProblemType.INTERNAL_ERROR) {
            log.error("{} {} failed", method(), pattern, failure);
        }
        RequestBody.discardUnread(this);
        send(problem.reply());
    }

    private void begin(Reply reply) {
        replied = true;
        if (!request.consumeAvailable()) {
            // The rest of the body would be read as the next request.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.setStatus(reply.status());
        reply.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    }
}
