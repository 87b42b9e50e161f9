package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Sends problem documents for the requests that Jetty refuses itself, in place of its HTML pages. */
final class JettyErrors extends ErrorHandler {

    private final SecurityHeaders headers;

    JettyErrors(SecurityHeaders headers) {
        this.headers = headers;
    }

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        headers.putInto(response.getHeaders());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        if (code == ProblemType.BAD_REQUEST.status()) {
            // After a request that is not HTTP, the beginning of the next one is unknown.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        Content.Sink.write(response, true, document(code, message).json(), callback);
    }

    /** The reason is given for errors of the request only: others could show internals. */
    private static ProblemDocument document(int status, @Nullable String reason) {
        ProblemType type = ProblemType.ofStatus(status);
        boolean ours = status >= 500 && type != ProblemType.BAD_REQUEST;
        String detail = ours || reason == null ? type.title() + "." : reason;
        return new ProblemDocument(type, status, detail, List.of(), Map.of());
    }
}
