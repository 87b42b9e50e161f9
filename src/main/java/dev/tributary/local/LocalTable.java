package dev.tributary.local;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.model.KeySchema;
import java.util.Optional;

/** A table that local mode creates at start if it is missing. */
@Section(prefix = "table.<table>", anyName = true)
public record LocalTable(
        @Option(
                key = "key",
                expected = "name:type or name:type, name:type, with the types S, N or B",
                example = "email:S",
                doc = """
                Primary key of a table that is created at start if it is missing: the partition key, then the sort key if
                there is one.""")
        KeySchema key,

        @Option(
                key = "stream",
                defaultValue = "false",
                doc = "Whether the table has a stream of new and old images, as a source needs.")
        boolean stream,

        @Option(key = "ttl", expected = "an attribute name", example = "expires", doc = """
                The table's TTL attribute: an item is deleted after the time in it, in seconds since 1970. Without it: items
                stay.""")
        Optional<String> ttl) {}
