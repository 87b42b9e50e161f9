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
 * What parked changes of one item ask of the target, taken together, in the order in which they are added.
 *
 * <p>As in a pipeline they become one write with the version of the last. A change in between that the target can never
 * take only tells which rows go when a later one makes up for it: a key that the target cannot have is left out, because
 * DynamoDB would refuse the whole write on account of it.
 */
final class CoalescedWrite {

    private final Projection projection;

    /** What all changes but the last ask for. */
    private @Nullable TargetWrite before;

    /** Keys left by changes that cannot be written, since the last that can. */
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

    /** Why the last change cannot be written whatever the target says; empty if it can be tried. */
    Optional<String> refusal() {
        return last != null && last.projected() instanceof Projected.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    /** The one write; empty if nothing is asked for. */
    Optional<TargetWrite> write() {
        if (last == null) {
            return Optional.empty();
        }
        if (last.projected() instanceof Projected.Write asked) {
            return Optional.of(then(vacated(asked.write().stamp()), asked.write()));
        }
        return Optional.ofNullable(projection.keepsRow(last.change()) ? before : vacated(last.stamp()));
    }

    private void fold(Last change) {
        if (change.projected() instanceof Projected.Write asked) {
            TargetWrite write = asked.write();
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

    /** What is asked for so far, with the rows that were left. */
    private @Nullable TargetWrite vacated(VersionStamp mark) {
        return left.isEmpty() ? before : then(before, new TargetWrite.Delete(mark, Set.copyOf(left)));
    }

    private static TargetWrite then(@Nullable TargetWrite earlier, TargetWrite later) {
        return earlier == null ? later : earlier.then(later);
    }
}
