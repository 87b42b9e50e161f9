package dev.tributary.http.items;

import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.items.Precondition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the headers of conditional requests (RFC 9110, section 13). */
public final class Preconditions {

    /** An ETag and what separates it from the next. */
    private static final Pattern TAG =
            Pattern.compile("(?<weak>W/)?\"(?<opaque>[\\x21\\x23-\\x7E\\x80-\\xFF]*)\"[ \\t]*(?:,[ \\t,]*|$)");

    private record Tag(String opaque, boolean weak) {}

    private Preconditions() {}

    public static String etag(String version) {
        return '"' + version + '"';
    }

    /** The precondition of a request that writes. */
    public static Precondition ofWrite(Exchange exchange) {
        String match = header(exchange, "If-Match");
        String noneMatch = header(exchange, "If-None-Match");
        if (!match.isEmpty() && !noneMatch.isEmpty()) {
            throw bad("Expected If-Match or If-None-Match; found both.");
        }
        if (noneMatch.equals("*")) {
            return new Precondition.Absent();
        }
        if (!noneMatch.isEmpty()) {
            throw bad("Expected If-None-Match: * on a request that writes; found ETags. If-Match takes those.");
        }
        if (match.isEmpty()) {
            return new Precondition.None();
        }
        if (match.equals("*")) {
            return new Precondition.Present();
        }
        // A weak ETag means equivalent items, which does not allow a write.
        return new Precondition.Versions(tags("If-Match", match).stream()
                .filter(tag -> !tag.weak())
                .map(Tag::opaque)
                .toList());
    }

    /** The versions that the caller of a request that reads already has. */
    public static Predicate<String> known(Exchange exchange) {
        if (!header(exchange, "If-Match").isEmpty()) {
            throw bad(
                    "Expected no If-Match on a request that reads. If-None-Match spares the transfer of what is known.");
        }
        String noneMatch = header(exchange, "If-None-Match");
        if (noneMatch.isEmpty()) {
            return version -> false;
        }
        if (noneMatch.equals("*")) {
            return version -> true;
        }
        List<String> known =
                tags("If-None-Match", noneMatch).stream().map(Tag::opaque).toList();
        return known::contains;
    }

    /** The lines of a header, joined; empty only if there is none. */
    private static String header(Exchange exchange, String name) {
        List<String> lines = exchange.headers(name);
        String value = String.join(",", lines).strip();
        if (value.isEmpty() && !lines.isEmpty()) {
            throw unreadable(name); // a write with an empty precondition must not be unconditional
        }
        return value;
    }

    private static List<Tag> tags(String header, String value) {
        List<Tag> tags = new ArrayList<>();
        Matcher matcher = TAG.matcher(value);
        int end = 0;
        while (end < value.length()) {
            if (!matcher.find() || matcher.start() != end) {
                throw unreadable(header);
            }
            tags.add(new Tag(matcher.group("opaque"), matcher.group("weak") != null));
            end = matcher.end();
        }
        return tags;
    }

    private static ProblemException unreadable(String header) {
        return bad("Expected %s: * or ETags in double quotes, such as %s: \"5\".".formatted(header, header));
    }

    private static ProblemException bad(String detail) {
        return new ProblemException(ProblemType.BAD_PRECONDITION, detail);
    }
}
