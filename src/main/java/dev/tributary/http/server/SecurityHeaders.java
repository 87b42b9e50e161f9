package dev.tributary.http.server;

import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Headers that every answer starts with, so that a browser makes nothing of it but what it is: data, shown to nobody but
 * who asked. A handler may set another value.
 *
 * @param tls whether callers come over TLS, and may be told to come so only
 */
record SecurityHeaders(boolean tls) implements HttpConfiguration.Customizer {

    private static final List<HttpField> ALWAYS = List.of(
            new HttpField(HttpHeader.CACHE_CONTROL, "no-store"),
            new HttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            new HttpField("Cross-Origin-Resource-Policy", "same-origin"),
            new HttpField("Referrer-Policy", "no-referrer"),
            new HttpField("X-Content-Type-Options", "nosniff"));

    /** A year, as browsers' own lists ask for. */
    private static final HttpField TLS_ONLY = new HttpField("Strict-Transport-Security", "max-age=31536000");

    @Override
    public Request customize(Request request, HttpFields.Mutable response) {
        putInto(response);
        return request;
    }

    /** Also for answers to what is no request, which no customizer sees. */
    void putInto(HttpFields.Mutable response) {
        ALWAYS.forEach(response::put);
        if (tls) {
            response.put(TLS_ONLY);
        }
    }
}
