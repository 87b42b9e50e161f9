package dev.tributary.http.server;

import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Sets headers of every reply, so that browsers treat it as data that only the caller may see. A handler may set other
 * values.
 *
 * @param tls whether the server has TLS, so that browsers are instructed to use only TLS
 */
record SecurityHeaders(boolean tls) implements HttpConfiguration.Customizer {

    private static final List<HttpField> ALWAYS = List.of(
            new HttpField(HttpHeader.CACHE_CONTROL, "no-store"),
            new HttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            new HttpField("Cross-Origin-Resource-Policy", "same-origin"),
            new HttpField("Referrer-Policy", "no-referrer"),
            new HttpField("X-Content-Type-Options", "nosniff"));

    /** For a year, as the preload lists of browsers require. */
    private static final HttpField TLS_ONLY = new HttpField("Strict-Transport-Security", "max-age=31536000");

    @Override
    public Request customize(Request request, HttpFields.Mutable response) {
        putInto(response);
        return request;
    }

    /** Also called for replies to malformed requests, which no customizer sees. */
    void putInto(HttpFields.Mutable response) {
        ALWAYS.forEach(response::put);
        if (tls) {
            response.put(TLS_ONLY);
        }
    }
}
