package dev.tributary.replication;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.Location;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.table.TargetSettings;

/** One target of a source: the table, which rows it has, and how they are written. */
@Section(
        prefix = "route.<route>",
        title = "Routes",
        intro = "A route keeps one target table in step with its source. `<route>` is a name like `<source>`.")
public record RouteSettings(
        @Option(
                key = "table",
                pattern = TableSettings.NAME_PATTERN,
                expected = TableSettings.NAME,
                example = "users",
                doc = "The table that is kept in step.")
        String table,

        Location location,
        ProjectionSettings projection,
        TargetSettings target)
        implements TableSettings {}
