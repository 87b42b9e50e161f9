package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.ProblemWriter;
import dev.tributary.http.server.Refusals;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers callers that send more often than they may, before anything is done for them. */
public final class CallerRate extends Handler.Wrapper {

    private static final int IPV6_NETWORK_BYTES = 8;

    private final KeyedRateLimiter buckets;
    private final Refusals refusals;

    CallerRate(KeyedRateLimiter buckets, Refusals refusals) {
        this.buckets = buckets;
        this.refusals = refusals;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Duration wait = buckets.take(name(request));
        if (wait.isZero()) {
            return super.handle(request, response, callback);
        }
        refuse(wait, refusals, request, response, callback);
        return true;
    }

    static void refuse(Duration wait, Refusals refusals, Request request, Response response, Callback callback) {
        refusals.count(ProblemType.TOO_MANY_REQUESTS);
        ProblemWriter.send(
                ProblemDocument.of(ProblemType.TOO_MANY_REQUESTS, "Send the request again after Retry-After.")
                        .retryAfter(wait),
                request,
                response,
                callback);
    }

    /** What a caller is counted by: the name of its token, or its address where there are no tokens. */
    public static String name(Request request) {
        Caller caller = Caller.of(request);
        return caller == null ? address(request) : caller.name();
    }

    /** Of an IPv6 address its network: whoever has one has all of them. */
    static String address(Request request) {
        SocketAddress socket = request.getConnectionMetaData().getRemoteSocketAddress();
        InetAddress address = socket instanceof InetSocketAddress known ? known.getAddress() : null;
        if (address == null) {
            return "";
        }
        byte[] bytes = address.getAddress();
        return Arrays.toString(bytes.length > IPV6_NETWORK_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
