package dev.tributary.config;

/** A settings record with options that can contradict one another. */
public interface Checked {

    /**
     * Reports values of this record that are valid one by one, and contradict each other.
     *
     * <p>This is called even if values were refused, so that all errors are reported together. A refused or missing
     * value is left out of an {@code Optional}, a set or a map; elsewhere the default or the example stands in its place,
     * so a check asks {@link CrossCheck#accepted} of such keys.
     */
    void check(CrossCheck check);
}
