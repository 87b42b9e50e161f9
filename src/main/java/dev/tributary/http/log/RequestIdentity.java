package dev.tributary.http.log;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What identifies a request in the log: an id, which its reply has in a header, and the trace that its caller names.
 *
 * @param requestId made here, never by the caller
 */
public record RequestIdentity(String requestId, Optional<TraceParent> trace) {

    static final String HEADER = "X-Request-Id";

    /** Fields of the log. */
    static final String REQUEST_ID = "requestId";

    static final String TRACE_ID = "traceId";

    private static final String ATTRIBUTE = RequestIdentity.class.getName();

    /** Runs a task whose lines in the log carry the request. */
    public void run(Runnable task) {
        MDC.put(REQUEST_ID, requestId);
        trace.ifPresent(named -> MDC.put(TRACE_ID, named.traceId()));
        try {
            task.run();
        } finally {
            MDC.remove(REQUEST_ID);
            MDC.remove(TRACE_ID);
        }
    }

    /** The identity of a request; null before it is customized, as of one that is not HTTP. */
    public static @Nullable RequestIdentity of(Request request) {
        return (RequestIdentity) request.getAttribute(ATTRIBUTE);
    }

    /** Identifies each request when it arrives. */
    public static final class Customizer implements HttpConfiguration.Customizer {

        /** Differs between processes. */
        private final String prefix =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

        private final AtomicInteger number = new AtomicInteger();

        @Override
        public Request customize(Request request, HttpFields.Mutable response) {
            RequestIdentity identity = new RequestIdentity(
                    prefix + HexFormat.of().toHexDigits(number.incrementAndGet()),
                    TraceParent.of(request.getHeaders().getValuesList(TraceParent.HEADER)));
            request.setAttribute(ATTRIBUTE, identity);
            response.put(HEADER, identity.requestId());
            return request;
        }
    }
}
