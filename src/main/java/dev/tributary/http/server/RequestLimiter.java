package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Bounds the open requests and the memory of their bodies. Requests beyond are refused instead of queued: they would hold a
 * connection, and their callers would give up before their turn.
 */
public final class RequestLimiter implements RequestCheck {

    private static final Metric OPEN = Metric.gauge("tributary.http.open", """
            Requests to the write endpoint in progress. At `http.max-requests` further ones are refused.""");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final HttpLimits limits;
    private int requests;
    private long bytes;

    public RequestLimiter(HttpLimits limits, MeterRegistry registry) {
        this.limits = limits;
        OPEN.gauge(registry, this, RequestLimiter::requests);
    }

    @Override
    public void check(Request request) {
        long weight = weight(request);
        if (!enter(weight)) {
            throw new ProblemException(
                    ProblemDocument.of(ProblemType.OVERLOADED, "Send the request again after Retry-After.")
                            .retryAfter(RETRY_AFTER));
        }
        Request.addCompletionListener(request, failure -> leave(weight));
    }

    /** Largest memory of its body, in bytes. A body without a length is chunked, and may be as long as any. */
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
