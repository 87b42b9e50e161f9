package dev.tributary.replication;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableArn;
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

        PlaceSettings place,

        @Option(key = "enabled", defaultValue = "true", example = "false", doc = """
                With `false` the route is paused, as by `tributary pause`: nothing of its source is read, on any of its
                routes, so that no change is lost. The stream keeps changes for 24 hours. To give a route up, remove it. See
                [tables.md](tables.md#pausing).""")
        boolean enabled,

        ProjectionSettings projection,
        TargetSettings target,
        BackfillSettings backfill,
        VerifySettings verify)
        implements TableSettings {
    public RouteSettings {
        PlaceSettings given = place;
        place = TableArn.place(table, given);
        table = TableArn.name(table, given);
    }
}
