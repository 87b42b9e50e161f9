package dev.tributary.http.access;

import dev.tributary.http.server.Exchange;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, by its token.
 *
 * @param name of the token; tokens that take turns have the same, so that the caller stays who it is
 */
public record Caller(String name, Permissions rights) {

    private static final String ATTRIBUTE = Caller.class.getName();

    /** The name of every caller where there are no tokens. */
    static final String ANYBODY = "";

    /** The name of who sent the request; {@link #ANYBODY} where callers are not authenticated. */
    public static String nameOf(Exchange exchange) {
        Caller caller = of(exchange.request());
        return caller == null ? ANYBODY : caller.name();
    }

    static @Nullable Caller of(Request request) {
        return (Caller) request.getAttribute(ATTRIBUTE);
    }

    /** Says who sent it, to all who handle it afterwards. */
    void sent(Request request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
