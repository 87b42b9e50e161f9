package dev.tributary.config;

import dev.tributary.model.AttributeType;
import java.time.Duration;

/**
 * A value that the server gives to an attribute.
 *
 * @param offset added to the time; zero or more, and zero for {@link Kind#UUID}
 */
public record GeneratedValue(Kind kind, Duration offset) {

    /** What the value is made of. */
    public enum Kind {
        /** A random UUID, as a string. */
        UUID,
        /** Seconds since 1970, as a number: what a TTL attribute holds. */
        NOW,
        /** The time in UTC as ISO 8601 has it, to the millisecond, as a string. */
        NOW_ISO
    }

    /** The DynamoDB type of the value. */
    public AttributeType type() {
        return kind == Kind.NOW ? AttributeType.N : AttributeType.S;
    }
}
