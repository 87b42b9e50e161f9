package dev.tributary.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers with problems in front of the routes. */
final class Problems {

    private Problems() {}

    static void send(ProblemDocument problem, Response response, Callback callback) {
        response.setStatus(problem.status());
        problem.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        Content.Sink.write(response, true, problem.json(), callback);
    }
}
