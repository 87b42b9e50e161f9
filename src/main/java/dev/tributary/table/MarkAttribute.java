package dev.tributary.table;

import dev.tributary.model.Mark;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The value of {@link Mark#ATTRIBUTE}: a map of owner, version and creation time. */
final class MarkAttribute {

    static final String OWNER = "o";
    static final String VERSION = "v";
    static final String CREATED_AT = "t";

    private MarkAttribute() {}

    static AttributeValue of(Mark mark) {
        return AttributeValue.fromM(Map.of(OWNER, owner(mark), VERSION, version(mark), CREATED_AT, createdAt(mark)));
    }

    static AttributeValue owner(Mark mark) {
        return AttributeValue.fromS(mark.owner().encoded());
    }

    static AttributeValue version(Mark mark) {
        return AttributeValue.fromS(mark.version().encoded());
    }

    /** Epoch milliseconds. */
    static AttributeValue createdAt(Mark mark) {
        return AttributeValue.fromN(Long.toString(mark.createdAt().toEpochMilli()));
    }
}
