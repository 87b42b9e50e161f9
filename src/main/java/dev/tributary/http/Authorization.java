package dev.tributary.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses what the caller's token is not for. Goes by the pattern that the router has chosen, and not by the path, which
 * could be read in two ways. What belongs to no write route may be read with any token, and nothing else.
 */
final class Authorization implements Handler {

    private final Map<String, String> routes;
    private final Refusals refusals;

    /** @param routes names of write routes, by the patterns of their paths */
    Authorization(Map<String, String> routes, Refusals refusals) {
        this.routes = Map.copyOf(routes);
        this.refusals = refusals;
    }

    @Override
    public void handle(Context context) {
        Caller caller = Caller.of(context);
        Access access = Access.of(context.req().getMethod());
        String route = routes.get(context.endpoints().matchedHttpEndpoint().path);
        boolean allowed = caller != null
                && (route == null ? access == Access.READ : caller.rights().allow(route, access));
        if (!allowed) {
            refusals.count(ProblemType.FORBIDDEN);
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.FORBIDDEN,
                            route == null
                                    ? "No token allows this."
                                    : "It takes the right %s:%s.".formatted(route, access.written()))
                    .with(
                            HttpHeader.WWW_AUTHENTICATE.asString(),
                            "Bearer realm=\"tributary\", error=\"insufficient_scope\""));
        }
    }
}
