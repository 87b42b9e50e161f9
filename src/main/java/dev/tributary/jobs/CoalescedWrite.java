package dev.tributary.jobs;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projected;
import dev.tributary.projection.Projection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Coalesces the dead letters of one item, in the order in which they are added, into one write.
 *
 * <p>As in a pipeline, the write has the version of the last change. A change in between that the target can never accept
 * contributes only the rows that it removes, once a later change replaces it. A key that the target cannot hold is left
 * out, because DynamoDB would refuse the whole write.
 */
final class CoalescedWrite {

    private final Projection projection;

    /** The write of all changes but the last; null if there is none. */
    private @Nullable TargetWrite before;

    /** Keys that are vacated by changes that cannot be written, since the last one that can. */
    private final Set<Item> left = new HashSet<>();

    private @Nullable Last last;

    private record Last(Change change, Projected projected) {
        VersionStamp stamp() {
            return change.stamp();
        }
    }

    CoalescedWrite(Projection projection) {
        this.projection = projection;
    }

    void add(Change change) {
        if (last != null) {
            fold(last);
        }
        last = new Last(change, projection.project(change));
    }

    /** Why the last change can never be written; empty if it can be tried. */
    Optional<String> refusal() {
        return last != null && last.projected() instanceof Projected.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    /** The write; empty if the target is to stay as it is. */
    Optional<TargetWrite> write() {
        if (last == null) {
            return Optional.empty();
        }
        if (last.projected() instanceof Projected.Write projected) {
            return Optional.of(then(vacated(projected.write().stamp()), projected.write()));
        }
        return Optional.ofNullable(projection.keepsRow(last.change()) ? before : vacated(last.stamp()));
    }

    private void fold(Last change) {
        if (change.projected() instanceof Projected.Write projected) {
            TargetWrite write = projected.write();
            if (write.arriving()
                    .map(Row::key)
                    .filter(key -> !projection.canHold(key))
                    .isPresent()) {
                left.addAll(write.vacated());
                return;
            }
            before = then(vacated(write.stamp()), write);
        } else if (change.projected() instanceof Projected.Refused) {
            change.change().before().flatMap(projection::heldKey).ifPresent(left::add);
            return;
        } else if (!projection.keepsRow(change.change())) {
            before = vacated(change.stamp());
        }
        left.clear();
    }

    /** The write so far, with the deletes of the vacated keys. */
    private @Nullable TargetWrite vacated(VersionStamp stamp) {
        return left.isEmpty() ? before : then(before, new TargetWrite.Delete(stamp, Set.copyOf(left)));
    }

    private static TargetWrite then(@Nullable TargetWrite earlier, TargetWrite later) {
        return earlier == null ? later : earlier.then(later);
    }
}
