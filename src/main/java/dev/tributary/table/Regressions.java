package dev.tributary.table;

import dev.tributary.model.Outcome;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Detects rows that refuse a change of their own item although they were written for an earlier one: their version is
 * later and their change is older.
 *
 * <p>A replay never finds such a row: the row that refuses it was written later. So the versions have decreased, and
 * no change of the item reaches the target. Only about one refusal a second is checked, because the row that it
 * returns may be large. Safe for any thread.
 */
final class Regressions {

    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

    /** Creation times have whole seconds, and are approximate. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private final AtomicLong next = new AtomicLong(System.nanoTime());

    /** What the refusal of a write returns. */
    ReturnValuesOnConditionCheckFailure wanted() {
        return System.nanoTime() - next.get() >= 0
                ? ReturnValuesOnConditionCheckFailure.ALL_OLD
                : ReturnValuesOnConditionCheckFailure.NONE;
    }

    /**
     * The outcome of a change that a row has refused.
     *
     * @param row the row that the refusal returned; empty if it returned none
     */
    Outcome judge(Map<String, AttributeValue> row, VersionStamp stamp) {
        if (row.isEmpty()) {
            return Outcome.SUPERSEDED;
        }
        next.set(System.nanoTime() + INTERVAL);
        return isRegression(StampAttribute.fields(row), stamp) ? Outcome.REGRESSED : Outcome.SUPERSEDED;
    }

    private static boolean isRegression(Map<String, AttributeValue> fields, VersionStamp stamp) {
        AttributeValue owner = fields.get(StampAttribute.OWNER);
        AttributeValue version = fields.get(StampAttribute.VERSION);
        AttributeValue createdAt = fields.get(StampAttribute.CREATED_AT);
        return StampAttribute.owner(stamp).equals(owner)
                && version != null
                && version.s() != null
                && version.s().compareTo(stamp.version().encoded()) > 0
                && createdAt != null
                && createdAt.n() != null
                && Instant.ofEpochMilli(Long.parseLong(createdAt.n()))
                        .plus(MARGIN)
                        .isBefore(stamp.createdAt());
    }
}
