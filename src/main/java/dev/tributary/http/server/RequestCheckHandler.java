package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Passes on the requests that every check admits; answers and counts the others. */
final class RequestCheckHandler extends Handler.Wrapper {

    private final List<RequestCheck> checks;
    private final Refusals refusals;

    /** @param checks in the order they are made */
    RequestCheckHandler(List<RequestCheck> checks, Refusals refusals) {
        this.checks = List.copyOf(checks);
        this.refusals = refusals;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        try {
            checks.forEach(one -> one.check(request));
        } catch (ProblemException refused) {
            refusals.count(refused.document().type());
            refuse(refused.document(), request, response, callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /**
     * Reads a short body first, without holding a thread: a connection that is closed with data unread is reset, and the
     * client may lose the reply. After a long body the connection is closed.
     */
    private static void refuse(ProblemDocument problem, Request request, Response response, Callback callback) {
        boolean awaitsContinue = request.getHeaders().contains(HttpHeader.EXPECT);
        boolean mayBeLong = request.getLength() > RequestBody.MAX_UNREAD_BYTES
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (awaitsContinue || mayBeLong) {
            sendAndClose(problem, response, callback);
            return;
        }
        Content.Source.consumeAll(
                request,
                Callback.from(
                        () -> send(problem, response, callback), stopped -> sendAndClose(problem, response, callback)));
    }

    private static void sendAndClose(ProblemDocument problem, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        send(problem, response, callback);
    }

    private static void send(ProblemDocument problem, Response response, Callback callback) {
        response.setStatus(problem.status());
        problem.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        Content.Sink.write(response, true, problem.json(), callback);
    }
}
