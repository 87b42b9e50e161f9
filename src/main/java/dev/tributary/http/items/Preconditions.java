package dev.tributary.http.items;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.server.Exchange;
import dev.tributary.items.Precondition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The headers that make a request conditional (RFC 9110, section 13), and the ETags in them. */
public final class Preconditions {

    /** An ETag and what separates it from the next. */
    private static final Pattern TAG =
            Pattern.compile("(?<weak>W/)?\"(?<opaque>[\\x21\\x23-\\x7E\\x80-\\xFF]*)\"[ \\t]*(?:,[ \\t,]*|$)");

    private record Tag(String opaque, boolean weak) {}

    private Preconditions() {}

    public static String etag(String version) {
        return '"' + version + '"';
    }

    /** What a request that writes asks of the item. */
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
        // A weak ETag stands for items that are merely alike, which is not enough to write.
        return new Precondition.Versions(tags("If-Match", match).stream()
                .filter(tag -> !tag.weak())
                .map(Tag::opaque)
                .toList());
    }

    /** Which versions a request that reads has already. */
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

    /** All lines of a header as one; empty only where there is none. */
    private static String header(Exchange exchange, String name) {
        List<String> lines = exchange.headers(name);
        String value = String.join(",", lines).strip();
        if (value.isEmpty() && !lines.isEmpty()) {
            throw unreadable(name); // whoever means a precondition must not write without one
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
        return new ProblemException(ProblemDocument.of(ProblemType.BAD_PRECONDITION, detail));
    }
}
