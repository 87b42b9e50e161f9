package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Passes each request to the first handler whose method and pattern match. The method is that of the request line; no
 * header replaces it.
 */
final class Router extends Handler.Abstract implements HandlerRegistry {

    private record Entry(String method, PathPattern pattern, ExchangeHandler handler) {}

    private final List<Entry> entries = new ArrayList<>();
    private final PendingReplies pending = new PendingReplies();
    private final ReplyMemoryBudget memory;

    Router(ReplyMemoryBudget memory) {
        this.memory = memory;
    }

    @Override
    public void add(String method, String pattern, ExchangeHandler handler) {
        entries.add(new Entry(method, PathPattern.of(pattern), handler));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // A request waits for DynamoDB longer than a connection may be idle; each call there has a deadline.
        request.addIdleTimeoutListener(idle -> false);
        List<String> path = PathPattern.split(path(request));
        List<Entry> matching =
                entries.stream().filter(entry -> entry.pattern().matches(path)).toList();
        Entry entry = matching.stream()
                .filter(candidate -> candidate.method().equals(request.getMethod()))
                .findFirst()
                .orElseGet(() -> new Entry(
                        request.getMethod(), PathPattern.of("/**"), exchange -> refuse(exchange, methods(matching))));
        Exchange exchange = new Exchange(request, response, callback, entry.pattern(), pending, memory);
        exchange.run(() -> {
            try {
                entry.handler().handle(exchange);
            } catch (Exception | Error e) {
                exchange.fail(e);
            }
        });
        return true;
    }

    /** Sends a reply to the requests that still wait for one. Whether their writes take effect is unknown. */
    void giveUp() {
        pending.end(ProblemDocument.of(
                        ProblemType.TIMEOUT,
                        "The server stops, and DynamoDB has not replied. A write may have taken effect: send it again if it has an idempotency key, otherwise read the item first.")
                .reply());
    }

    /** The path as it was sent; empty if there is none, as in {@code CONNECT host:port}. */
    static String path(Request request) {
        String path = request.getHttpURI().getPath();
        return path == null ? "" : path;
    }

    private static String methods(List<Entry> entries) {
        return entries.stream().map(Entry::method).distinct().collect(Collectors.joining(", "));
    }

    private static void refuse(Exchange exchange, String allowed) {
        throw new ProblemException(
                allowed.isEmpty()
                        ? ProblemDocument.of(ProblemType.UNKNOWN_PATH, "Nothing is at %s.".formatted(exchange.path()))
                        : ProblemDocument.of(
                                        ProblemType.METHOD_NOT_ALLOWED,
                                        "%s takes %s, not %s.".formatted(exchange.path(), allowed, exchange.method()))
                                .with("Allow", allowed));
    }
}
