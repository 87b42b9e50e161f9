package dev.tributary.items;

import java.util.List;

/** What a request asks of the item before it is written. */
public sealed interface Precondition {

    /** Nothing. */
    record None() implements Precondition {}

    /** That it is not there. */
    record Absent() implements Precondition {}

    /** That it is there. */
    record Present() implements Precondition {}

    /**
     * That it is there, in one of these versions.
     *
     * @param versions as {@link WriteResult} gives them; others match nothing
     */
    record Versions(List<String> versions) implements Precondition {
        public Versions {
            versions = List.copyOf(versions);
        }
    }
}
