package dev.tributary.items.query;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.document.DocumentSettings;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableArn;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.items.IdempotencySettings;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.items.ResourceSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A read-only resource: an HTTP path, and the table whose items are read there. */
@Section(prefix = "read.<read>", title = "Read-only resources", intro = """
        A read-only resource is an HTTP path under which the items of a table are read and queried, but not written: the
        target of a route, usually. Its name is that of no other resource, because the rights of tokens name it.""")
public record ReadSettings(
        @Option(
                key = "path",
                pattern = ResourceSettings.PATH_PATTERN,
                expected = ResourceSettings.PATH,
                example = "/users-by-city",
                doc = "Path of the resource, such as `/users-by-city`.")
        String path,

        @Option(
                key = "table",
                pattern = TableSettings.NAME_PATTERN,
                expected = TableSettings.NAME,
                example = "users_by_city",
                doc = "The table of the items.")
        String table,

        PlaceSettings place,

        @Option(key = "version", expected = "an attribute name", example = "version", doc = """
                Attribute, of type `N`, that makes the `ETag` of an item: the version attribute of the resource that writes
                it. Without it: no `ETag`.""")
        Optional<String> version,

        @Option(key = "ttl", expected = "an attribute name", example = "expires", doc = ResourceSettings.TTL)
        Optional<String> ttl)
        implements TableSettings {
    public ReadSettings {
        PlaceSettings given = place;
        place = TableArn.place(table, given);
        table = TableArn.name(table, given);
    }

    /** The settings as those of a resource without writes. */
    public ResourceSettings resource() {
        return new ResourceSettings(
                path,
                table,
                place,
                new DocumentSettings(Map.of(), Map.of(), Set.of(), Optional.empty(), Map.of(), Map.of(), version),
                PreconditionPolicy.OPTIONAL,
                new IdempotencySettings(IdempotencyPolicy.OFF, Optional.empty(), Duration.ofHours(1)),
                ttl);
    }
}
