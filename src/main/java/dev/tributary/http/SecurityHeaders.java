package dev.tributary.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Headers that keep a browser from making more of an answer than the data it is. A handler may put others in their place
 * afterwards.
 */
final class SecurityHeaders extends Handler.Wrapper {

    private static final String YEAR = "max-age=31536000";

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        put(request, response.getHeaders());
        return super.handle(request, response, callback);
    }

    /** For answers that no handler gave: errors start with empty headers. */
    static void put(Request request, HttpFields.Mutable headers) {
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cache-Control", "no-store");
        if (request.isSecure()) {
            headers.put("Strict-Transport-Security", YEAR);
        }
    }
}
