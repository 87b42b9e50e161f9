package dev.tributary.idempotency;

import dev.tributary.idempotency.AcquireResult.Completed;
import dev.tributary.idempotency.AcquireResult.Found;
import dev.tributary.idempotency.AcquireResult.InProgress;
import dev.tributary.idempotency.AcquireResult.Unfinished;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The layout of a record: that of AWS Lambda Powertools, and a token. Tools for Powertools can read these records,
 * and functions that use it may share the table.
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
    static final String SEED = "seed";
    static final String BEGUN = "begun";

    static final AttributeValue INPROGRESS = AttributeValue.fromS("INPROGRESS");
    static final AttributeValue COMPLETED = AttributeValue.fromS("COMPLETED");

    /** The end of the lock of a request that nobody carries out: such a lock cannot be renewed. */
    static final AttributeValue RELEASED = AttributeValue.fromN("-1");

    /**
     * Condition that the id has no live record. An expired record does not count: DynamoDB removes it within days,
     * not at once. Nor does the lock of a function that is over; that of a bulk request can be continued.
     */
    static final String FREE = "attribute_not_exists(#id) OR #expiration < :now"
            + " OR (#status = :inprogress AND #until < :millis AND attribute_not_exists(#seed))";

    static final Map<String, String> FREE_NAMES = Map.of(
            "#id", ID, "#expiration", EXPIRATION, "#status", STATUS, "#until", IN_PROGRESS_EXPIRATION, "#seed", SEED);

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

    /** Whether the record has expired, as in {@link #FREE}. */
    static boolean isOver(Map<String, AttributeValue> row, Instant now) {
        return number(row, EXPIRATION) < now.getEpochSecond() || (isReleased(row, now) && !row.containsKey(SEED));
    }

    static Found decode(Map<String, AttributeValue> row, Instant now) {
        if (isReleased(row, now) && row.containsKey(SEED)) {
            return new Unfinished();
        }
        if (INPROGRESS.equals(row.get(STATUS))) {
            Duration left = Duration.ofMillis(number(row, IN_PROGRESS_EXPIRATION) - now.toEpochMilli());
            return new InProgress(left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left);
        }
        return new Completed(SavedReply.parse(text(row, DATA)), text(row, VALIDATION));
    }

    /** Whether nobody carries out the request of a record that is not completed. */
    static boolean isReleased(Map<String, AttributeValue> row, Instant now) {
        return INPROGRESS.equals(row.get(STATUS)) && number(row, IN_PROGRESS_EXPIRATION) < now.toEpochMilli();
    }

    /** The part of the request that an earlier holder carried out. */
    static Optional<PartialReply> partial(Map<String, AttributeValue> row) {
        return Optional.of(text(row, PARTIAL)).filter(json -> !json.isEmpty()).flatMap(PartialReply::parse);
    }

    /** What the generated values of the request are derived from. */
    static RequestSeed seed(Map<String, AttributeValue> row) {
        return new RequestSeed(text(row, SEED), Instant.ofEpochMilli(number(row, BEGUN)));
    }

    static Map<String, AttributeValue> seedValues(RequestSeed seed) {
        return Map.of(":seed", AttributeValue.fromS(seed.secret()), ":begun", millis(seed.begun()));
    }

    private static String text(Map<String, AttributeValue> row, String attribute) {
        @Nullable AttributeValue value = row.get(attribute);
        return value == null || value.s() == null ? "" : value.s();
    }

    /** A record without an expiry does not expire, as in {@link #FREE}. */
    private static long number(Map<String, AttributeValue> row, String attribute) {
        @Nullable AttributeValue value = row.get(attribute);
        return value == null || value.n() == null ? Long.MAX_VALUE : Long.parseLong(value.n());
    }
}
