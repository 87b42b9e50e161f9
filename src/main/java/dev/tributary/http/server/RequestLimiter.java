package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Bounds the requests that are under way at once and what their bodies take of the memory. What comes beyond is refused and
 * does not wait: it would hold a connection, and its caller would give up before its turn.
 */
public final class RequestLimiter extends Handler.Wrapper {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final HttpLimits limits;
    private final Refusals refusals;
    private int requests;
    private long bytes;

    public RequestLimiter(HttpLimits limits, Refusals refusals, MeterRegistry registry) {
        this.limits = limits;
        this.refusals = refusals;
        Gauge.builder("tributary.http.open", this, RequestLimiter::requests)
                .description("Requests to the write endpoint that are under way")
                .register(registry);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long weight = weight(request);
        if (!enter(weight)) {
            refusals.count(ProblemType.OVERLOADED);
            ProblemWriter.send(
                    ProblemDocument.of(ProblemType.OVERLOADED, "Send the request again after Retry-After.")
                            .retryAfter(RETRY_AFTER),
                    request,
                    response,
                    callback);
            return true;
        }
        Request.addCompletionListener(request, failure -> leave(weight));
        return super.handle(request, response, callback);
    }

    /** What its body may take: no more of one is held than the largest that is allowed. Without a length it is chunked. */
    private long weight(Request request) {
        long length = request.getLength();
        if (length >= 0) {
            return Math.min(length, limits.maxBodyBytes());
        }
        return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING) ? limits.maxBodyBytes() : 0;
    }

    private synchronized boolean enter(long weight) {
        if (requests >= limits.maxRequests() || bytes + weight > limits.maxOpenBytes()) {
            return false;
        }
        requests++;
        bytes += weight;
        return true;
    }

    private synchronized void leave(long weight) {
        requests--;
        bytes -= weight;
    }

    private synchronized int requests() {
        return requests;
    }
}
