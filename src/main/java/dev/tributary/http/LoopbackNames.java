package dev.tributary.http;

import java.util.regex.Pattern;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Takes only requests that call this machine by a name of its own. A page in a browser on it can have its site's name lead
 * to 127.0.0.1, and may then send here whatever it likes, as to its own site; but the browser tells that name.
 */
final class LoopbackNames extends Handler.Wrapper {

    private static final Pattern OWN =
            Pattern.compile("(.+\\.)?localhost|127(\\.\\d{1,3}){3}|\\[?::1]?", Pattern.CASE_INSENSITIVE);

    private final String host;

    /** @param host that is listened on */
    LoopbackNames(String host) {
        this.host = host;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String name = Request.getServerName(request);
        if (name == null || OWN.matcher(name).matches() || name.equalsIgnoreCase(host)) {
            return super.handle(request, response, callback);
        }
        Problems.send(
                ProblemDocument.of(
                        ProblemType.MISDIRECTED,
                        "Expected the header Host: localhost, as it listens on this machine alone and does not"
                                + " authenticate callers."),
                request,
                response,
                callback);
        return true;
    }
}
