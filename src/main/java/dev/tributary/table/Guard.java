package dev.tributary.table;

import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The condition expressions that allow a write only if the row is not newer and not another item's.
 *
 * <p>Of two owners of one key the later change wins, if the collision policy is {@code latest}: by creation time,
 * then version, then owner. This order is total, so every replay ends with the same row. A tombstone gives way to any
 * other owner.
 *
 * @param condition a DynamoDB condition expression
 * @param names its attribute names
 * @param values its attribute values
 */
record Guard(String condition, Map<String, String> names, Map<String, AttributeValue> values) {

    private static final Map<String, String> OWN_NAMES =
            Map.of("#stamp", VersionStamp.ATTRIBUTE, "#o", StampAttribute.OWNER, "#v", StampAttribute.VERSION);

    private static final String OWN_AND_OLDER = "(#stamp.#o = :o AND #stamp.#v < :v)";

    /** No tombstone: one of this version stands for a change that must not come back. */
    private static final String ROW_OF_THE_CHANGE = "(#stamp.#o = :o AND #stamp.#v = :v AND attribute_not_exists(#x))";

    /** A row without a stamp was not written by the replication, and gives way. */
    private static final String FREE_OR_OWN =
            "attribute_not_exists(#stamp) OR " + OWN_AND_OLDER + " OR (#stamp.#o <> :o AND attribute_exists(#x))";

    private static final String OTHERS_AND_EARLIER = "(#stamp.#o <> :o AND (#stamp.#t < :t OR (#stamp.#t = :t AND"
            + " (#stamp.#v < :v OR (#stamp.#v = :v AND #stamp.#o < :o)))))";

    /**
     * Allows a put if there is no row, an older one of its owner, or one that loses the collision; and over the row of the
     * same change, because a replayed put that is refused would look like one that another row keeps out.
     */
    static Guard put(VersionStamp stamp, CollisionPolicy collisions) {
        String freeOrOwn = stamp.version().isOfOneChange() ? FREE_OR_OWN + " OR " + ROW_OF_THE_CHANGE : FREE_OR_OWN;
        return switch (collisions) {
            case LATEST -> new Guard(freeOrOwn + " OR " + OTHERS_AND_EARLIER, timedNames(), timedValues(stamp));
            case REJECT -> new Guard(freeOrOwn, untimedNames(), untimedValues(stamp));
        };
    }

    /** Allows a delete if the row is an older one of its owner. */
    static Guard delete(VersionStamp stamp) {
        return new Guard(OWN_AND_OLDER, OWN_NAMES, untimedValues(stamp));
    }

    /**
     * Allows a tombstone if a delete is allowed, if there is no row, and over an earlier tombstone, so that late
     * writes of the last item under the key find it.
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
