package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.ExchangeHandler;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.Refusals;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Refuses what the caller's token is not for. Stands in front of each handler that is added through it, and so goes by what
 * the router has chosen, and not by the path, which could be read in two ways. What belongs to no write route may be read
 * with any token, and nothing else.
 */
final class Authorization implements HandlerRegistry {

    private final Optional<String> route;
    private final Refusals refusals;
    private final HandlerRegistry routes;

    /** @param route name of the write route whose handlers are added; empty for what belongs to none */
    Authorization(Optional<String> route, Refusals refusals, HandlerRegistry routes) {
        this.route = route;
        this.refusals = refusals;
        this.routes = routes;
    }

    @Override
    public void add(String method, String pattern, ExchangeHandler handler) {
        routes.add(method, pattern, exchange -> {
            check(exchange);
            handler.handle(exchange);
        });
    }

    private void check(Exchange exchange) {
        Caller caller = Caller.of(exchange.request());
        Access access = Access.of(exchange.method());
        boolean allowed = caller != null
                && route.map(name -> caller.rights().allow(name, access)).orElse(access == Access.READ);
        if (!allowed) {
            refusals.count(ProblemType.FORBIDDEN);
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.FORBIDDEN,
                            route.map(name -> "It takes the right %s:%s.".formatted(name, access.written()))
                                    .orElse("No token allows this."))
                    .with(
                            HttpHeader.WWW_AUTHENTICATE.asString(),
                            "Bearer realm=\"tributary\", error=\"insufficient_scope\""));
        }
    }
}
