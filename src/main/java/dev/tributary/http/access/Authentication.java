package dev.tributary.http.access;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.RequestCheck;
import io.github.bucket4j.TimeMeter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Refuses requests without a known bearer token (RFC 6750), and records the caller of the others. It runs before anything
 * reads a body or distinguishes paths, so callers without a token learn nothing.
 */
final class Authentication implements RequestCheck {

    private static final String SCHEME = "Bearer";
    private static final String CHALLENGE = "Bearer realm=\"tributary\"";

    private final Function<String, Optional<Caller>> callers;
    private final KeyedRateLimiter failures;

    /**
     * Requests without a known token that an address may send before it has to wait: fifty, and then one a second.
     */
    private static final RateSettings.Rate FAILURES = new RateSettings.Rate(1, 50);

    /**
     * @param callers the caller of a token, if it is known
     * @param failures limits the refusals of each address, which has to wait beyond them; known tokens pass regardless
     */
    Authentication(Function<String, Optional<Caller>> callers, KeyedRateLimiter failures) {
        this.callers = callers;
        this.failures = failures;
    }

    /** Refuses an address that sends too many unknown tokens. */
    static Authentication limited(Function<String, Optional<Caller>> callers) {
        return new Authentication(callers, new KeyedRateLimiter(FAILURES, TimeMeter.SYSTEM_NANOTIME));
    }

    @Override
    public void check(Request request) {
        List<String> values = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        Optional<Caller> caller = values.size() == 1 ? callers.apply(token(values.get(0))) : Optional.empty();
        if (caller.isEmpty()) {
            CallerRate.take(failures, CallerRate.address(request));
            throw new ProblemException(refusal(values.isEmpty()));
        }
        caller.get().attachTo(request);
    }

    /** The header's value without the scheme; empty if the scheme is another. */
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
