package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.RequestCheck;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Refuses requests that browsers send for pages of other sites, where nothing authenticates callers. Such a request names
 * the page's site in {@code Origin}. If the host name of the page resolves to this address (DNS rebinding), both are one
 * site to the browser, and only {@code Host} shows the name. Programs send no {@code Origin}, and the {@code Host} that
 * they connect to.
 */
public final class OriginCheck implements RequestCheck {

    private static final String ORIGIN = HttpHeader.ORIGIN.asString();
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

    private final String name;
    private final Optional<String> loopbackHost;

    private OriginCheck(String name, Optional<String> loopbackHost) {
        this.name = name;
        this.loopbackHost = loopbackHost;
    }

    /**
     * The check of an endpoint that only this machine can reach.
     *
     * @param name prefix of its settings, such as {@code http}
     * @param host that it listens on
     */
    public static OriginCheck onLoopback(String name, String host) {
        return new OriginCheck(name, Optional.of(host));
    }

    /** The check of an endpoint that other machines reach, by names that are not known here. */
    public static OriginCheck anyHost(String name) {
        return new OriginCheck(name, Optional.empty());
    }

    @Override
    public void check(Request request) {
        String host = request.getHttpURI().getHost();
        if (loopbackHost.isPresent() && host != null && !isLoopback(host)) {
            throw new ProblemException(
                    ProblemType.MISDIRECTED,
                    "Expected Host: localhost or a loopback address; found %s. To be reached by other names, the endpoint takes %s.allow-remote=true%s."
                            .formatted(host, name, name.equals("http") ? " or http.tokens" : ""));
        }
        List<HttpField> origins = request.getHeaders().getFields(HttpHeader.ORIGIN);
        if (!origins.stream().allMatch(origin -> isOwn(origin.getValue(), request))) {
            throw new ProblemException(
                    ProblemType.FOREIGN_ORIGIN,
                    "Pages of other sites may not use this endpoint; found %s: %s."
                            .formatted(ORIGIN, origins.get(0).getValue()));
        }
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
            // An address in brackets is never resolved as a name.
            return InetAddress.getByName(host.startsWith("[") ? host : "[" + host + "]")
                    .isLoopbackAddress();
        } catch (UnknownHostException noAddress) {
            return false;
        }
    }

    /** With either scheme: a proxy may terminate TLS. */
    private static boolean isOwn(String origin, Request request) {
        String authority = request.getHttpURI().getAuthority();
        return authority != null
                && (origin.equalsIgnoreCase("http://" + authority) || origin.equalsIgnoreCase("https://" + authority));
    }
}
