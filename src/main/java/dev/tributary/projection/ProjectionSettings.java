package dev.tributary.projection;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.model.DeletePolicy;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which row of the target a source item has. */
public record ProjectionSettings(
        @Option(
                key = "include",
                expected = "attribute names with commas between them",
                example = "email,state",
                doc = "Attributes that are copied. Without it: all. The target's key attributes must be among them.")
        Optional<Set<String>> include,

        @Option(
                key = "exclude",
                expected = "attribute names with commas between them",
                example = "email,state",
                doc = "Attributes that are not copied.")
        Optional<Set<String>> exclude,

        @Option(
                key = "key.<attribute>",
                expected =
                        "text with attribute names in braces, and between any two of them text that does not begin with"
                                + " \\ ({{ and }} are plain braces)",
                example = "{city}#{email}",
                doc = """
                Template of a key attribute of the target that is not copied: text with values of the source item in it,
                encoded so that different values never make the same text. `{score:010}` is a whole number with leading
                zeros, up to ten digits, so that it sorts as numbers do; a change whose number does not fit is parked. The
                attribute is of type S. An item that lacks one of the attributes: see `missing-key`.""")
        Map<String, KeyTemplate> key,

        @Option(key = "deletes", defaultValue = "hard", doc = """
                What the removal of a source item does to its target row: `hard` deletes it, `ignore` leaves it,
                `tombstone` leaves the key with `_tributary` and the TTL attribute `_tributary_expires`, so that a late
                writer finds the removal. Readers have to skip tombstones.""")
        DeletePolicy deletes,

        @Option(key = "missing-key", defaultValue = "drop-row", example = "park", doc = """
                What happens to an item that lacks a key attribute of the target: with `drop-row` it has no row there, as
                in a sparse index; with `park` the change is parked, and the row stays as it is.""")
        MissingKeyPolicy missingKey)
        implements Checked {

    /** What happens to a change whose new image lacks a key attribute of the target. */
    public enum MissingKeyPolicy {
        /** The change is parked, and the item's row stays as it is. */
        PARK,
        /** The item has no row. */
        DROP_ROW
    }

    @Override
    public void check(CrossCheck check) {
        Set<String> both = new TreeSet<>(include.orElse(Set.of()));
        both.retainAll(exclude.orElse(Set.of()));
        both.forEach(attribute -> check.report(
                "exclude",
                attribute,
                "is named by " + check.label("include") + " too",
                "name the attribute in one of the two"));
    }
}
