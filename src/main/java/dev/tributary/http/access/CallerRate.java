package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.RequestCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.server.Request;

/** Refuses callers that exceed their rate, before any work is done for them. */
public final class CallerRate implements RequestCheck {

    private static final int IPV6_NETWORK_BYTES = 8;

    private final KeyedRateLimiter buckets;

    CallerRate(KeyedRateLimiter buckets) {
        this.buckets = buckets;
    }

    @Override
    public void check(Request request) {
        take(buckets, name(request));
    }

    /** @throws ProblemException if the name has to wait */
    static void take(KeyedRateLimiter buckets, String name) {
        Duration wait = buckets.take(name);
        if (!wait.isZero()) {
            throw new ProblemException(
                    ProblemDocument.of(ProblemType.TOO_MANY_REQUESTS, "Send the request again after Retry-After.")
                            .retryAfter(wait));
        }
    }

    /** The key of a caller's rate: the name of its token, or its address if there are no tokens. */
    public static String name(Request request) {
        Caller caller = Caller.of(request);
        return caller == null ? address(request) : caller.name();
    }

    /** The address of the client; for IPv6 its /64 network, whose addresses one client may use. */
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
