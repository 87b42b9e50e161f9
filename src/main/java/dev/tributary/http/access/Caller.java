package dev.tributary.http.access;

import dev.tributary.http.server.Exchange;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The sender of a request, by its token.
 *
 * @param name of the token; tokens that replace each other have the same, so the caller stays the same
 */
public record Caller(String name, Permissions rights) {

    private static final String ATTRIBUTE = Caller.class.getName();

    /** The name of every caller where there are no tokens. */
    static final String ANYBODY = "";

    /** The name of the caller; {@link #ANYBODY} if callers are not authenticated. */
    public static String nameOf(Exchange exchange) {
        Caller caller = of(exchange.request());
        return caller == null ? ANYBODY : caller.name();
    }

    static @Nullable Caller of(Request request) {
        return (Caller) request.getAttribute(ATTRIBUTE);
    }

    /** Records this as the caller of a request. */
    void attachTo(Request request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
