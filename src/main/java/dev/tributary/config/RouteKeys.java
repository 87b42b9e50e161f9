package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;
import static dev.tributary.config.KeyTypes.REGION_CODE;
import static dev.tributary.config.KeyTypes.TABLE_NAME;

import dev.tributary.config.RouteSettings.CollisionPolicy;
import dev.tributary.config.RouteSettings.DeletePolicy;
import dev.tributary.config.RouteSettings.MissingKeyPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** Where the changes of a source go, and what becomes of them on the way. */
final class RouteKeys {

    static final Key<String> TABLE =
            required("source.<source>.route.<route>.table", TABLE_NAME, "The table that is kept in step.");
    static final Key<String> REGION =
            optional("source.<source>.route.<route>.region", REGION_CODE, "Its region. Without it: `aws.region`.");
    static final Key<URI> ENDPOINT = optional(
            "source.<source>.route.<route>.endpoint",
            ValueType.endpoint(),
            "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<Set<String>> INCLUDE = optional(
            "source.<source>.route.<route>.include",
            ValueType.attributeNames(),
            "Attributes that are copied. Without it: all. The target's key attributes must be among them.");
    static final Key<Set<String>> EXCLUDE = optional(
            "source.<source>.route.<route>.exclude", ValueType.attributeNames(), "Attributes that are not copied.");
    static final Key<KeyTemplate> KEY = optional(
            "source.<source>.route.<route>.key.<attribute>",
            ValueType.keyTemplate(),
            "How a key attribute of the target is made that is not copied: text with values of the source item in it,"
                    + " encoded so that different values never make the same text. `{score:010}` is a whole number with"
                    + " zeros in front, up to ten digits, so that it sorts as numbers do; a number that does not fit"
                    + " is parked. The attribute is of type S. An item that lacks one of the attributes: see"
                    + " `missing-key`.");
    static final Key<DeletePolicy> DELETES = defaulting(
            "source.<source>.route.<route>.deletes",
            ValueType.oneOf(DeletePolicy.class, DeletePolicy.HARD),
            "hard",
            "What the removal of a source item does to its target row: `hard` deletes it, `ignore` leaves it,"
                    + " `tombstone` leaves the key with `_tributary` and the TTL attribute `_tributary_expires`, so that"
                    + " a late writer finds that the row went. Readers pass these by.");
    static final Key<MissingKeyPolicy> MISSING_KEY = defaulting(
            "source.<source>.route.<route>.missing-key",
            ValueType.oneOf(MissingKeyPolicy.class, MissingKeyPolicy.PARK),
            "drop-row",
            "What becomes of an item that lacks a key attribute of the target: with `drop-row` it has no row there, as"
                    + " in a sparse index; with `park` the change is parked, and the row stays as it is.");

    static final Key<CollisionPolicy> COLLISIONS = defaulting(
            "source.<source>.route.<route>.collisions",
            ValueType.oneOf(CollisionPolicy.class, CollisionPolicy.REJECT),
            "latest",
            "Who has the row when two items have the same target key: with `latest` the one that changed last; with"
                    + " `reject` the one that has it, and the other's change is parked.");
    static final Key<Duration> TOMBSTONE_TTL = defaulting(
            "source.<source>.route.<route>.tombstone-ttl",
            ValueType.duration("25h", "9000h", "168h"),
            "168h",
            "How long a tombstone stays, from the removal. Longer than the 24 hours that a stream keeps its changes,"
                    + " because these may be replayed.");
    static final Key<String> TOMBSTONE_ATTRIBUTE = optional(
            "source.<source>.route.<route>.tombstone-attribute",
            ValueType.text("the name of an attribute", "expires", ".{1,255}"),
            "The TTL attribute of a target that has one for its rows already, as a table has only one: tombstones get"
                    + " their time there too. Without it, the TTL attribute has to be `_tributary_expires`.");
    static final Key<Integer> BATCH_SIZE = defaulting(
            "source.<source>.route.<route>.batch-size",
            ValueType.integer(1, 25, 25),
            "25",
            "Most writes that share a call when many wait. 1: every write has a call of its own, which needs no right to"
                    + " PartiQL on the target.");

    private RouteKeys() {}
}
