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
 * Registers handlers that refuse callers whose token lacks the right. The right is that of the handler which the router has
 * chosen, not of the path, which could be read in two ways. Without a resource, any token may read.
 */
final class Authorization implements HandlerRegistry {

    private final Optional<String> resource;
    private final Refusals refusals;
    private final HandlerRegistry registry;

    /** @param resource name of the resource whose handlers are added; empty for handlers that belong to none */
    Authorization(Optional<String> resource, Refusals refusals, HandlerRegistry registry) {
        this.resource = resource;
        this.refusals = refusals;
        this.registry = registry;
    }

    @Override
    public void add(String method, String pattern, ExchangeHandler handler) {
        registry.add(method, pattern, exchange -> {
            check(exchange, Access.of(exchange.method()));
            handler.handle(exchange);
        });
    }

    @Override
    public void addReading(String method, String pattern, ExchangeHandler handler) {
        registry.add(method, pattern, exchange -> {
            check(exchange, Access.READ);
            handler.handle(exchange);
        });
    }

    private void check(Exchange exchange, Access access) {
        Caller caller = Caller.of(exchange.request());
        boolean allowed = caller != null
                && resource.map(name -> caller.rights().allow(name, access)).orElse(access == Access.READ);
        if (!allowed) {
            refusals.count(ProblemType.FORBIDDEN);
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.FORBIDDEN,
                            resource.map(name -> "It takes the right %s:%s.".formatted(name, access.written()))
                                    .orElse("No token allows this."))
                    .with(
                            HttpHeader.WWW_AUTHENTICATE.asString(),
                            "Bearer realm=\"tributary\", error=\"insufficient_scope\""));
        }
    }
}
