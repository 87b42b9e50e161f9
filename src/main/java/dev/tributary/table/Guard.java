package dev.tributary.table;

import dev.tributary.config.TargetSettings.CollisionPolicy;
import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The condition expressions that let a write through only where the row is not newer and not another item's.
 *
 * <p>Between two owners of one key the later change wins, if the route says so: by creation time, then version, then
 * owner. That is a total order, so every replay ends with the same row. A tombstone gives way to any other owner.
 *
 * @param condition a DynamoDB condition expression
 * @param names its attribute names
 * @param values its attribute values
 */
record Guard(String condition, Map<String, String> names, Map<String, AttributeValue> values) {

    private static final Map<String, String> OWN_NAMES =
            Map.of("#stamp", VersionStamp.ATTRIBUTE, "#o", StampAttribute.OWNER, "#v", StampAttribute.VERSION);

    private static final String OWN_AND_OLDER = "(#stamp.#o = :o AND #stamp.#v < :v)";

    /** A row without a stamp was not written by a replication, and gives way. */
    private static final String FREE_OR_OWN =
            "attribute_not_exists(#stamp) OR " + OWN_AND_OLDER + " OR (#stamp.#o <> :o AND attribute_exists(#x))";

    private static final String OTHERS_AND_EARLIER = "(#stamp.#o <> :o AND (#stamp.#t < :t OR (#stamp.#t = :t AND"
            + " (#stamp.#v < :v OR (#stamp.#v = :v AND #stamp.#o < :o)))))";

    /** Lets a row through where there is none, an older one of its owner, or one that loses the collision. */
    static Guard put(VersionStamp stamp, CollisionPolicy collisions) {
        return switch (collisions) {
            case LATEST -> new Guard(FREE_OR_OWN + " OR " + OTHERS_AND_EARLIER, timedNames(), timedValues(stamp));
            case REJECT -> new Guard(FREE_OR_OWN, untimedNames(), untimedValues(stamp));
        };
    }

    /** Lets a delete through where the row is an older one of its owner. */
    static Guard delete(VersionStamp stamp) {
        return new Guard(OWN_AND_OLDER, OWN_NAMES, untimedValues(stamp));
    }

    /**
     * Lets a tombstone through where a delete goes through, where there is no row, and over an earlier tombstone: of the
     * items that were under the key, the last one's late writes find it.
     */
    static Guard tombstone(VersionStamp stamp, Item key) {
        Map<String, String> names = timedNames();
        names.put("#k", key.attributes().keySet().iterator().next());
        return new Guard(
                "attribute_not_exists(#k) OR " + OWN_AND_OLDER + " OR (attribute_exists(#x) AND " + OTHERS_AND_EARLIER
                        + ")",
                names,
                timedValues(stamp));
    }

    private static Map<String, String> untimedNames() {
        Map<String, String> names = new HashMap<>(OWN_NAMES);
        names.put("#x", VersionStamp.EXPIRES);
        return names;
    }

    private static Map<String, String> timedNames() {
        Map<String, String> names = untimedNames();
        names.put("#t", StampAttribute.CREATED_AT);
        return names;
    }

    private static Map<String, AttributeValue> untimedValues(VersionStamp stamp) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":o", StampAttribute.owner(stamp));
        values.put(":v", StampAttribute.version(stamp));
        return values;
    }

    private static Map<String, AttributeValue> timedValues(VersionStamp stamp) {
        Map<String, AttributeValue> values = untimedValues(stamp);
        values.put(":t", StampAttribute.createdAt(stamp));
        return values;
    }
}
