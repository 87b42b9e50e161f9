package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers with problems in front of the routes. */
public final class ProblemWriter {

    /** A body that is longer is not taken just to refuse it. */
    private static final int MAX_DISCARDED_BYTES = 65_536;

    private ProblemWriter() {}

    /**
     * Takes a short body first, without holding a thread: a connection that is closed with data unread is reset, and the
     * client may lose the answer. After a long one the connection is closed.
     */
    public static void send(ProblemDocument problem, Request request, Response response, Callback callback) {
        boolean waitsToBeAsked = request.getHeaders().contains(HttpHeader.EXPECT);
        boolean mayBeLong = request.getLength() > MAX_DISCARDED_BYTES
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (waitsToBeAsked || mayBeLong) {
            sendAndClose(problem, response, callback);
            return;
        }
        Content.Source.consumeAll(
                request,
                Callback.from(
                        () -> write(problem, response, callback),
                        stopped -> sendAndClose(problem, response, callback)));
    }

    private static void sendAndClose(ProblemDocument problem, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        write(problem, response, callback);
    }

    private static void write(ProblemDocument problem, Response response, Callback callback) {
        response.setStatus(problem.status());
        problem.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        Content.Sink.write(response, true, problem.json(), callback);
    }
}
