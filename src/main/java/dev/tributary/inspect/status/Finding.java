package dev.tributary.inspect.status;

/**
 * Something that is not as it should be.
 *
 * @param kind what it needs
 * @param where the source or the route
 * @param what is wrong, and what to do about it
 */
public record Finding(Kind kind, String where, String what) {

    /** What a finding needs, the worst last. */
    public enum Kind {
        /** Nothing. */
        NOTE,
        /** Another look: a call has failed that may succeed the next time. */
        UNREADABLE,
        /** A person. */
        PERSON,
        /** A person who corrects the configuration, the tables or the rights of this command. */
        TABLES
    }
}
