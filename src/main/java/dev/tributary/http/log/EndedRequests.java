package dev.tributary.http.log;

import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Counts replies by resource and status, and writes a line of the access log for each if that is on. The line has no path, no
 * query and no header: these may name items and callers. Safe for any thread.
 */
public final class EndedRequests implements RequestLog {

    /** Name of the logger of the access log. */
    public static final String ACCESS_LOG = EndedRequests.class.getName();

    private static final Logger log = LoggerFactory.getLogger(ACCESS_LOG);

    private static final Metric RESPONSES = Metric.counter("tributary.http.responses", """
            Replies of the write endpoint. `resource` is `none` for requests that belong to no resource, such as those that are
            refused before; `status` is that of HTTP.""", "resource", "status");

    private static final String RESOURCE = EndedRequests.class.getName();
    private static final String NONE = "none";

    private final MeterRegistry registry;
    private final boolean accessLog;
    private final Map<Reply, Counter> replies = new ConcurrentHashMap<>();

    private record Reply(String resource, int status) {}

    /** @param accessLog whether to log each request */
    public EndedRequests(MeterRegistry registry, boolean accessLog) {
        this.registry = registry;
        this.accessLog = accessLog;
    }

    /** Notes the resource to which a request belongs. */
    public static void belongs(Request request, String resource) {
        request.setAttribute(RESOURCE, resource);
    }

    @Override
    public void log(Request request, Response response) {
        Object named = request.getAttribute(RESOURCE);
        String resource = named == null ? NONE : (String) named;
        int status = response.getStatus();
        replies.computeIfAbsent(
                        new Reply(resource, status),
                        reply -> RESPONSES.counter(registry, reply.resource(), Integer.toString(reply.status())))
                .increment();
        if (accessLog) {
            write(request, response, resource, status);
        }
    }

    private static void write(Request request, Response response, String resource, int status) {
        LoggingEventBuilder line = log.atInfo();
        RequestIdentity identity = RequestIdentity.of(request);
        if (identity != null) {
            line = line.addKeyValue(RequestIdentity.REQUEST_ID, identity.requestId());
        }
        HttpMethod method = HttpMethod.fromString(request.getMethod());
        line = line.addKeyValue("method", method == null ? "other" : method.asString())
                .addKeyValue("resource", resource)
                .addKeyValue("status", status)
                .addKeyValue("bytes", Response.getContentBytesWritten(response))
                .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - request.getBeginNanoTime()));
        if (identity != null && identity.trace().isPresent()) {
            line = line.addKeyValue(
                    RequestIdentity.TRACE_ID, identity.trace().get().traceId());
        }
        line.log("request");
    }
}
