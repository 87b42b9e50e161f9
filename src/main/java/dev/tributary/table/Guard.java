package dev.tributary.table;

import dev.tributary.model.Mark;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The condition expressions that let a write through only where the row is not newer and not another item's.
 *
 * <p>Between two owners of one key the later change wins: by creation time, then version, then owner. That is a total
 * order, so every replay ends with the same row.
 *
 * @param condition a DynamoDB condition expression
 * @param names its attribute names
 * @param values its attribute values
 */
record Guard(String condition, Map<String, String> names, Map<String, AttributeValue> values) {

    private static final Map<String, String> NAMES = Map.of(
            "#mark", Mark.ATTRIBUTE,
            "#o", MarkAttribute.OWNER,
            "#v", MarkAttribute.VERSION,
            "#t", MarkAttribute.CREATED_AT);

    /** A row without a mark was not written by a replication, and gives way. */
    private static final String PUT = "attribute_not_exists(#mark)"
            + " OR (#mark.#o = :o AND #mark.#v < :v)"
            + " OR (#mark.#o <> :o AND (#mark.#t < :t OR (#mark.#t = :t AND"
            + " (#mark.#v < :v OR (#mark.#v = :v AND #mark.#o < :o)))))";

    private static final String DELETE = "#mark.#o = :o AND #mark.#v < :v";

    private static final Map<String, String> DELETE_NAMES =
            Map.of("#mark", Mark.ATTRIBUTE, "#o", MarkAttribute.OWNER, "#v", MarkAttribute.VERSION);

    /** Lets a row through where there is none, an older one of its owner, or one that loses the collision. */
    static Guard put(Mark mark) {
        return new Guard(
                PUT,
                NAMES,
                Map.of(
                        ":o", MarkAttribute.owner(mark),
                        ":v", MarkAttribute.version(mark),
                        ":t", MarkAttribute.createdAt(mark)));
    }

    /** Lets a delete through where the row is an older one of its owner. */
    static Guard delete(Mark mark) {
        return new Guard(
                DELETE, DELETE_NAMES, Map.of(":o", MarkAttribute.owner(mark), ":v", MarkAttribute.version(mark)));
    }
}
