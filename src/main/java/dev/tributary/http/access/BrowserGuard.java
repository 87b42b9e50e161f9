package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.ProblemWriter;
import dev.tributary.http.server.Refusals;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Keeps pages of other sites out where nothing authenticates callers. A browser on this machine or in its network sends
 * what they tell it to; it names the page in {@code Origin}. For a page whose own host name has been turned to this
 * address (DNS rebinding) the two are one site, and only {@code Host} still shows that name. Programs send no
 * {@code Origin}, and a {@code Host} by which they got here.
 */
public final class BrowserGuard extends Handler.Wrapper {

    private static final String ORIGIN = HttpHeader.ORIGIN.asString();
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

    private final String name;
    private final Optional<String> loopbackHost;
    private final Refusals refusals;

    private BrowserGuard(String name, Optional<String> loopbackHost, Refusals refusals) {
        this.name = name;
        this.loopbackHost = loopbackHost;
        this.refusals = refusals;
    }

    /**
     * For an endpoint that only this machine can reach.
     *
     * @param name of the settings it was configured by, such as {@code http}
     * @param host where it listens
     */
    public static BrowserGuard onLoopback(String name, String host, Refusals refusals) {
        return new BrowserGuard(name, Optional.of(host), refusals);
    }

    /** For an endpoint that other machines reach, by names that are not known here. */
    public static BrowserGuard anyHost(String name, Refusals refusals) {
        return new BrowserGuard(name, Optional.empty(), refusals);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<ProblemDocument> refusal = refusal(request);
        if (refusal.isEmpty()) {
            return super.handle(request, response, callback);
        }
        refusals.count(refusal.get().type());
        ProblemWriter.send(refusal.get(), request, response, callback);
        return true;
    }

    private Optional<ProblemDocument> refusal(Request request) {
        String host = request.getHttpURI().getHost();
        if (loopbackHost.isPresent() && host != null && !isLoopback(host)) {
            return Optional.of(ProblemDocument.of(
                    ProblemType.MISDIRECTED,
                    "Expected Host: localhost or a loopback address; found %s. To be reached by other names, the endpoint takes %s.allow-remote=true%s."
                            .formatted(host, name, name.equals("http") ? " or http.tokens" : "")));
        }
        List<HttpField> origins = request.getHeaders().getFields(HttpHeader.ORIGIN);
        if (!origins.stream().allMatch(origin -> isOwn(origin.getValue(), request))) {
            return Optional.of(ProblemDocument.of(
                    ProblemType.FOREIGN_ORIGIN,
                    "Pages of other sites may not use this endpoint; found %s: %s."
                            .formatted(ORIGIN, origins.get(0).getValue())));
        }
        return Optional.empty();
    }

    private boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")
                || host.equalsIgnoreCase(loopbackHost.orElseThrow())
                || LOOPBACK_V4.matcher(host).matches()) {
            return true;
        }
        if (host.indexOf(':') < 0) {
            return false;
        }
        try {
            // In brackets it is never looked up as a name.
            return InetAddress.getByName(host.startsWith("[") ? host : "[" + host + "]")
                    .isLoopbackAddress();
        } catch (UnknownHostException noAddress) {
            return false;
        }
    }

    /** Of either scheme: something in front may have ended TLS. */
    private static boolean isOwn(String origin, Request request) {
        String authority = request.getHttpURI().getAuthority();
        return authority != null
                && (origin.equalsIgnoreCase("http://" + authority) || origin.equalsIgnoreCase("https://" + authority));
    }
}
