package dev.tributary.items;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.document.DocumentSettings;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableArn;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.model.AttributeType;
import java.util.Optional;

/** A resource: an HTTP path, and the table whose items are read and written there. */
@Section(prefix = "write.<write>", title = "Resources", intro = """
        A resource is an HTTP path under which the items of a table are read and written. `<write>` is a name like
        `<source>`, `<attribute>` an attribute of the item.""")
public record ResourceSettings(
        @Option(
                key = "path",
                pattern = ResourceSettings.PATH_PATTERN,
                expected = ResourceSettings.PATH,
                example = "/users",
                doc = "Path of the resource, such as `/` or `/users`.")
        String path,

        @Option(
                key = "table",
                pattern = TableSettings.NAME_PATTERN,
                expected = TableSettings.NAME,
                example = "users",
                doc = "The table of the items.")
        String table,

        PlaceSettings place,
        DocumentSettings document,

        @Option(
                key = "precondition",
                defaultValue = "optional",
                example = "required",
                doc = "`required` refuses to change, replace or delete an existing item without `If-Match`.")
        PreconditionPolicy precondition,

        IdempotencySettings idempotency,

        @Option(key = "ttl", expected = "an attribute name", example = "expires", doc = ResourceSettings.TTL)
        Optional<String> ttl)
        implements TableSettings, Checked {
    public ResourceSettings {
        PlaceSettings given = place;
        place = TableArn.place(table, given);
        table = TableArn.name(table, given);
    }

    /** What the TTL attribute of a resource does. */
    public static final String TTL = """
            The table's TTL attribute: what has expired is not shown, although DynamoDB removes it up to days later. Without
            it, the table is asked at start, which takes the permission `dynamodb:DescribeTimeToLive`.""";

    /** Regular expression of a path with segments, none of them {@code .} or {@code ..}. */
    public static final String SEGMENTS = "(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+";

    /** Regular expression of the path of a resource. */
    public static final String PATH_PATTERN = "/|" + SEGMENTS;

    /** What such a path is, for people. */
    public static final String PATH =
            "a path that starts with /, of letters, digits, . _ ~ - and single /, without segments . and ..";

    @Override
    public void check(CrossCheck check) {
        if (precondition == PreconditionPolicy.REQUIRED && document.version().isEmpty() && check.accepted("version")) {
            check.report(
                    "precondition",
                    "required",
                    "a request can only name a version if there is one",
                    "set " + check.label("version") + " to the name of an attribute");
        }
        idempotency.attribute().ifPresent(attribute -> checkIdempotencyAttribute(attribute, check));
    }

    private void checkIdempotencyAttribute(String attribute, CrossCheck check) {
        AttributeType type = document.type().getOrDefault(attribute, AttributeType.S);
        if (type != AttributeType.S && type != AttributeType.N) {
            check.report(
                    "idempotency.attribute",
                    attribute,
                    "a key is a string or a number, but " + check.label("type." + attribute) + " is " + type,
                    "name another attribute");
        }
        for (String key : document.serverValues(attribute)) {
            check.report(
                    "idempotency.attribute",
                    attribute,
                    "is the client's to choose, but has " + check.label(key) + " too",
                    "remove that, or name another attribute");
        }
        if (document.version().filter(attribute::equals).isPresent()) {
            check.report(
                    "idempotency.attribute",
                    attribute,
                    "is the client's to choose, but " + check.label("version") + " counts it up",
                    "name another attribute");
        }
    }
}
