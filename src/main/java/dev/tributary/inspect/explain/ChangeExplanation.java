package dev.tributary.inspect.explain;

import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.TargetWrite;
import dev.tributary.projection.Projected;
import dev.tributary.projection.Projection;
import dev.tributary.projection.RowDecision;
import dev.tributary.replication.RouteSettings;
import java.util.List;
import java.util.Optional;

/**
 * The write of a route for a change, without a look at its target.
 *
 * @param route {@code <source>.<route>}
 * @param target name of the table
 * @param kind of the write
 * @param reason why, without values
 * @param vacated keys whose rows are removed
 * @param key of the row that is written; empty if none is
 * @param selection of the attributes of the new image; empty if there is none
 */
public record ChangeExplanation(
        String route,
        String target,
        Kind kind,
        String reason,
        List<Item> vacated,
        Optional<Item> key,
        Optional<AttributeSelection> selection) {

    /** The effects of a change on a target. */
    public enum Kind {
        /** Writes a row, new or in place of the item's older one. */
        UPSERT,
        /** Writes a row and removes one under another key, in one transaction. */
        MOVE,
        /** Removes a row, or replaces it with a tombstone. */
        DELETE,
        /** Does nothing. */
        FILTERED,
        /** Is parked as a dead letter. */
        PARKED
    }

    /** Explains a change on a route. */
    public static ChangeExplanation of(String route, RouteSettings settings, Projection projection, Change change) {
        Optional<AttributeSelection> selection =
                change.after().map(item -> AttributeSelection.of(item, projection, settings.projection()));
        Projected projected = projection.project(change);
        if (projected instanceof Projected.Refused refused) {
            return new ChangeExplanation(
                    route, settings.table(), Kind.PARKED, refused.reason(), List.of(), Optional.empty(), selection);
        }
        if (projected instanceof Projected.Write write) {
            return written(route, settings, projection, change, write.write(), selection);
        }
        return new ChangeExplanation(
                route,
                settings.table(),
                Kind.FILTERED,
                whyNothing(projection, change),
                List.of(),
                Optional.empty(),
                selection);
    }

    private static ChangeExplanation written(
            String route,
            RouteSettings settings,
            Projection projection,
            Change change,
            TargetWrite write,
            Optional<AttributeSelection> selection) {
        Optional<Item> key = write.arriving().map(row -> row.key());
        List<Item> vacated = List.copyOf(write.vacated());
        Optional<RowDecision> decision = change.after().map(projection::decide);
        if (decision.isPresent() && decision.get() instanceof RowDecision.Unheld unheld) {
            return new ChangeExplanation(
                    route, settings.table(), Kind.PARKED, unheld.reason(), vacated, key, selection);
        }
        Kind kind = write instanceof TargetWrite.Move ? Kind.MOVE : key.isPresent() ? Kind.UPSERT : Kind.DELETE;
        return new ChangeExplanation(
                route, settings.table(), kind, why(kind, settings, decision), vacated, key, selection);
    }

    private static String why(Kind kind, RouteSettings settings, Optional<RowDecision> after) {
        return switch (kind) {
            case UPSERT -> "the item has this row";
            case MOVE -> "the key of the item's row changes";
            default ->
                (after.isPresent() && after.get() instanceof RowDecision.LacksKey lacks
                                ? "the item lacks " + String.join(" and ", lacks.attributes())
                                        + " now (missing-key = drop-row)"
                                : "the item is removed")
                        + (settings.projection().deletes() == DeletePolicy.TOMBSTONE
                                ? ", and a tombstone takes the place of its row (deletes = tombstone)"
                                : "");
        };
    }

    private static String whyNothing(Projection projection, Change change) {
        if (projection.keepsRow(change)) {
            return "the item is removed, and its row stays (deletes = ignore)";
        }
        return change.after()
                .or(change::before)
                .map(projection::decide)
                .map(ChangeExplanation::whyNoRow)
                .orElse("there is no item");
    }

    private static String whyNoRow(RowDecision decision) {
        if (decision instanceof RowDecision.LacksKey lacks) {
            return "the item has no row without " + String.join(" and ", lacks.attributes())
                    + " (missing-key = drop-row)";
        }
        if (decision instanceof RowDecision.IsTombstone) {
            return "a tombstone of the source counts as no item";
        }
        if (decision instanceof RowDecision.IsRefused refused) {
            return "the target has no row of the item: " + refused.reason();
        }
        return decision instanceof RowDecision.Unheld unheld
                ? "the target has no row of the item: " + unheld.reason()
                : "the target is correct";
    }
}
