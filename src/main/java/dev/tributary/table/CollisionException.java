package dev.tributary.table;

import dev.tributary.model.ItemKey;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The row is another item's, and the route leaves it to that. */
final class CollisionException extends RuntimeException {

    private final String reason;

    /**
     * @param row that is there
     */
    CollisionException(Map<String, AttributeValue> row) {
        this("the row under this key is another item's" + owner(row));
    }

    private CollisionException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** For people; the owner is named as in the log, by its checksum. */
    String reason() {
        return reason;
    }

    private static String owner(Map<String, AttributeValue> row) {
        return Optional.ofNullable(MarkAttribute.fields(row).get(MarkAttribute.OWNER))
                .map(AttributeValue::s)
                .map(owner -> ": " + new ItemKey(owner))
                .orElse("");
    }
}
