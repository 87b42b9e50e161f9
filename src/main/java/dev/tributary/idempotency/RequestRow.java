package dev.tributary.idempotency;

import dev.tributary.idempotency.AcquireResult.Completed;
import dev.tributary.idempotency.AcquireResult.Found;
import dev.tributary.idempotency.AcquireResult.InProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The layout of a record: that of AWS Lambda Powertools, and a token. So tools for those read these, and functions that
 * use them may share the table.
 */
final class RequestRow {

    static final String ID = "id";
    static final String STATUS = "status";
    static final String EXPIRATION = "expiration";
    static final String IN_PROGRESS_EXPIRATION = "in_progress_expiration";
    static final String DATA = "data";
    static final String VALIDATION = "validation";
    static final String LOCK_TOKEN = "lock_token";
    static final String PARTIAL = "partial";

    static final AttributeValue INPROGRESS = AttributeValue.fromS("INPROGRESS");
    static final AttributeValue COMPLETED = AttributeValue.fromS("COMPLETED");

    /**
     * That no live record has the id. A record is over when its time is, whether it is still there or not: DynamoDB
     * removes what has expired within days, not at once.
     */
    static final String FREE =
            "attribute_not_exists(#id) OR #expiration < :now" + " OR (#status = :inprogress AND #until < :millis)";

    static final Map<String, String> FREE_NAMES =
            Map.of("#id", ID, "#expiration", EXPIRATION, "#status", STATUS, "#until", IN_PROGRESS_EXPIRATION);

    private RequestRow() {}

    static Map<String, AttributeValue> freeValues(Instant now) {
        return Map.of(
                ":now", seconds(now),
                ":inprogress", INPROGRESS,
                ":millis", millis(now));
    }

    static Map<String, AttributeValue> key(RecordId id) {
        return Map.of(ID, AttributeValue.fromS(id.text()));
    }

    static AttributeValue seconds(Instant time) {
        return AttributeValue.fromN(String.valueOf(time.getEpochSecond()));
    }

    static AttributeValue millis(Instant time) {
        return AttributeValue.fromN(String.valueOf(time.toEpochMilli()));
    }

    /** Whether the record is over, as {@link #FREE} has it. */
    static boolean isOver(Map<String, AttributeValue> row, Instant now) {
        return number(row, EXPIRATION) < now.getEpochSecond()
                || (INPROGRESS.equals(row.get(STATUS)) && number(row, IN_PROGRESS_EXPIRATION) < now.toEpochMilli());
    }

    static Found decode(Map<String, AttributeValue> row, Instant now) {
        if (INPROGRESS.equals(row.get(STATUS))) {
            Duration left = Duration.ofMillis(number(row, IN_PROGRESS_EXPIRATION) - now.toEpochMilli());
            return new InProgress(left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left);
        }
        return new Completed(SavedAnswer.parse(text(row, DATA)), text(row, VALIDATION));
    }

    /** What a holder that gave the request back did of it. */
    static Optional<PartialAnswer> partial(Map<String, AttributeValue> row, Instant now) {
        return number(row, EXPIRATION) < now.getEpochSecond()
                ? Optional.empty()
                : Optional.of(text(row, PARTIAL))
                        .filter(json -> !json.isEmpty())
                        .flatMap(PartialAnswer::parse);
    }

    private static String text(Map<String, AttributeValue> row, String attribute) {
        @Nullable AttributeValue value = row.get(attribute);
        return value == null || value.s() == null ? "" : value.s();
    }

    /** A record without its time never is over: that is what the condition does with one, too. */
    private static long number(Map<String, AttributeValue> row, String attribute) {
        @Nullable AttributeValue value = row.get(attribute);
        return value == null || value.n() == null ? Long.MAX_VALUE : Long.parseLong(value.n());
    }
}
