package dev.tributary.dynamo;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.model.KeySchema;
import java.util.Optional;

/** A table that is created with this program: by local mode at a start, or by a deployment. */
@Section(prefix = "table.<table>", anyName = true, title = "Tables", intro = """
        Tables that are created with this program: in local mode at the start, where they are missing, and by `cdk deploy`
        as a part of its stack. Otherwise a daemon creates no table of these. `<table>` is the name of a table.""")
public record DeclaredTable(
        @Option(
                key = "key",
                expected = "name:type or name:type, name:type, with the types S, N or B",
                example = "email:S",
                doc = """
                Primary key of the table: the partition key, then the sort key if there is one.""")
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
