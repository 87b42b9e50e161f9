package dev.tributary.table;

import dev.tributary.model.Failures;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * What is left of a move after DynamoDB cancelled it because conditions failed.
 *
 * <p>An old row that is gone, or belongs to another item now, is left out. An old row that is ours and not older shows
 * that the move itself is out of date: its row must not come, but older rows still go, because the replay that brought
 * them may be the last to know of them. The exception is a tombstone of this very move, which was applied in part. If
 * the new key refuses the row, the row there stays; if that is the row of another item and collisions are rejected,
 * nothing of the move is applied.
 *
 * @param vacated keys whose rows still have to go
 * @param arriving the row that still has to come
 * @param regressed whether a row of ours is older although its version is later
 * @param collision the other item's row at the new key, if collisions are rejected; may have no attributes if the
 *     service did not return it
 */
record CancelledMove(
        Set<Item> vacated, Optional<Row> arriving, boolean regressed, Optional<Map<String, AttributeValue>> collision) {

    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /**
     * Reads the reasons of a cancellation.
     *
     * @param thrown what the transaction failed with: a delete for each key of {@code from}, in order, and a put
     * @return empty if it failed for another reason than its conditions
     */
    static Optional<CancelledMove> of(
            Throwable thrown, VersionStamp stamp, List<Item> from, Row to, Policies policies, Regressions regressions) {
        if (!(Failures.unwrap(thrown) instanceof TransactionCanceledException cancelled)
                || !cancelled.hasCancellationReasons()
                || !onlyConditionsFailed(cancelled.cancellationReasons())) {
            return Optional.empty();
        }
        Iterator<CancellationReason> reasons = cancelled.cancellationReasons().iterator();
        Set<Item> vacated = new LinkedHashSet<>();
        boolean outOfDate = false;
        boolean regressed = false;
        for (Item key : from) {
            CancellationReason reason = reasons.next();
            if (!failed(reason)) {
                vacated.add(key);
            } else if (StampAttribute.isOwner(stamp, reason.item())
                    && !StampAttribute.isTombstoneOf(stamp, reason.item())) {
                outOfDate = true;
                regressed |= regressions.judge(reason.item(), stamp) == Outcome.REGRESSED;
            }
        }
        CancellationReason arrival = reasons.next();
        boolean collides =
                failed(arrival) && !outOfDate && policies.rejects() && !StampAttribute.isOwner(stamp, arrival.item());
        return Optional.of(new CancelledMove(
                vacated,
                outOfDate || failed(arrival) ? Optional.empty() : Optional.of(to),
                regressed,
                collides ? Optional.of(arrival.item()) : Optional.empty()));
    }

    private static boolean onlyConditionsFailed(List<CancellationReason> reasons) {
        return reasons.stream().allMatch(reason -> "None".equals(reason.code()) || failed(reason))
                && reasons.stream().anyMatch(CancelledMove::failed);
    }

    private static boolean failed(CancellationReason reason) {
        return CONDITION_FAILED.equals(reason.code());
    }
}
