package dev.tributary.inspect.status;

/**
 * A problem, or a note, about a source or a route.
 *
 * @param kind what it needs
 * @param where the source or the route
 * @param what is wrong, and what to do about it
 */
public record Finding(Kind kind, String where, String what) {

    /** What an operator does about a finding; the most serious kind is the last. */
    public enum Kind {
        /** Nothing: it is for information. */
        NOTE,
        /** Reads the state again: a call failed that may succeed the next time. */
        UNREADABLE,
        /** Looks into it. */
        PERSON,
        /** Corrects the configuration, the tables or the rights of this command. */
        TABLES
    }
}
