package dev.tributary.document;

import dev.tributary.config.DurationText;
import dev.tributary.model.AttributeType;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value that the server generates for an attribute.
 *
 * @param offset added to the time; zero or more, and zero for {@link Kind#UUID}
 */
public record GeneratedValue(Kind kind, Duration offset) {

    /** What {@link #parse} accepts. */
    static final String EXPECTED =
            "uuid, now or now-iso, the latter two with + and a duration in ms, s, m or h if needed";

    private static final Pattern WRITTEN = Pattern.compile("uuid|(?<time>now|now-iso)(\\+(?<offset>.+))?");

    /** A hundred years: a longer one is a mistake. */
    private static final Duration MAX_OFFSET = Duration.ofDays(36_525);

    /** What is generated. */
    public enum Kind {
        /** A random UUID, as a string. */
        UUID,
        /** Seconds since 1970, as a number: what a TTL attribute holds. */
        NOW,
        /** The time in UTC in ISO 8601, to the millisecond, as a string. */
        NOW_ISO
    }

    /**
     * Reads a value as it is written in the configuration: {@code uuid}, {@code now+30m}.
     *
     * @throws IllegalArgumentException if the text is no such value
     */
    public static GeneratedValue parse(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        if (matcher.group("time") == null) {
            return new GeneratedValue(Kind.UUID, Duration.ZERO);
        }
        Duration offset = matcher.group("offset") == null ? Duration.ZERO : DurationText.parse(matcher.group("offset"));
        if (offset.isNegative() || offset.compareTo(MAX_OFFSET) > 0) {
            throw new IllegalArgumentException(text);
        }
        return new GeneratedValue(matcher.group("time").equals("now") ? Kind.NOW : Kind.NOW_ISO, offset);
    }

    /** As it is written. */
    @Override
    public String toString() {
        String written =
                switch (kind) {
                    case UUID -> "uuid";
                    case NOW -> "now";
                    case NOW_ISO -> "now-iso";
                };
        return offset.isZero() ? written : written + "+" + DurationText.of(offset);
    }

    /** The DynamoDB type of the value. */
    public AttributeType type() {
        return kind == Kind.NOW ? AttributeType.N : AttributeType.S;
    }
}
