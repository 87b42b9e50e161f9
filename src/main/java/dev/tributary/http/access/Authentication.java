package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.ProblemWriter;
import dev.tributary.http.server.Refusals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets only requests with a known bearer token through (RFC 6750), and says to all behind it whose it is. In front of
 * everything that reads a body or tells paths apart, so that strangers find out nothing.
 */
final class Authentication extends Handler.Wrapper {

    private static final String SCHEME = "Bearer";
    private static final String CHALLENGE = "Bearer realm=\"tributary\"";

    private final Tokens tokens;
    private final KeyedRateLimiter failures;
    private final Refusals refusals;

    /** @param failures for each address: who has none left is told to wait. Known tokens pass all the same. */
    Authentication(Tokens tokens, KeyedRateLimiter failures, Refusals refusals) {
        this.tokens = tokens;
        this.failures = failures;
        this.refusals = refusals;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        List<String> values = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        Optional<Caller> caller = values.size() == 1 ? tokens.caller(token(values.get(0))) : Optional.empty();
        if (caller.isPresent()) {
            caller.get().sent(request);
            return super.handle(request, response, callback);
        }
        Duration wait = failures.take(CallerRate.address(request));
        if (!wait.isZero()) {
            CallerRate.refuse(wait, refusals, request, response, callback);
            return true;
        }
        refusals.count(ProblemType.UNAUTHENTICATED);
        ProblemWriter.send(refusal(values.isEmpty()), request, response, callback);
        return true;
    }

    /** Without the name of the scheme; empty where it is another. */
    private static String token(String value) {
        return value.regionMatches(true, 0, SCHEME + " ", 0, SCHEME.length() + 1)
                ? value.substring(SCHEME.length()).strip()
                : "";
    }

    private static ProblemDocument refusal(boolean absent) {
        return absent
                ? ProblemDocument.of(ProblemType.UNAUTHENTICATED, "Expected the header Authorization: Bearer TOKEN.")
                        .with(HttpHeader.WWW_AUTHENTICATE.asString(), CHALLENGE)
                : ProblemDocument.of(
                                ProblemType.UNAUTHENTICATED,
                                "Expected one header Authorization: Bearer TOKEN, with a token that is in use.")
                        .with(HttpHeader.WWW_AUTHENTICATE.asString(), CHALLENGE + ", error=\"invalid_token\"");
    }
}
