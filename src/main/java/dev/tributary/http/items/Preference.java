package dev.tributary.http.items;

import dev.tributary.http.server.Exchange;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The preference {@code wait} of a request (RFC 7240): how long it may take. */
final class Preference {

    static final String HEADER = "Prefer";
    static final String APPLIED = "Preference-Applied";

    /** Longest wait; longer ones are shortened, as RFC 7240 allows. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    private static final Pattern WAIT = Pattern.compile(
            "(?:^|,)\\s*wait\\s*=\\s*\"?(?<seconds>[0-9]{1,9})\"?\\s*(?:;[^,]*)?(?=,|$)", Pattern.CASE_INSENSITIVE);

    private Preference() {}

    /** The time that the request may wait; empty if it names none. The first of several counts. */
    static Optional<Duration> wait(Exchange exchange) {
        Matcher matcher = WAIT.matcher(String.join(",", exchange.headers(HEADER)));
        if (!matcher.find()) {
            return Optional.empty();
        }
        Duration asked = Duration.ofSeconds(Integer.parseInt(matcher.group("seconds")));
        return Optional.of(asked.compareTo(LONGEST) < 0 ? asked : LONGEST);
    }

    /** The value of {@link #APPLIED}. */
    static String applied(Duration wait) {
        return "wait=" + wait.toSeconds();
    }
}
