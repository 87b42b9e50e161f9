package dev.tributary.items;

import java.util.List;

/** The state of the item that a request requires. */
public sealed interface Precondition {

    /** Any state. */
    record None() implements Precondition {}

    /** There is no item. */
    record Absent() implements Precondition {}

    /** There is an item. */
    record Present() implements Precondition {}

    /**
     * There is an item with one of these versions.
     *
     * @param versions in the form of {@link WriteResult}; others match no item
     */
    record Versions(List<String> versions) implements Precondition {
        public Versions {
            versions = List.copyOf(versions);
        }
    }
}
