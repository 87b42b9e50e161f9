package dev.tributary.model;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What one change, or several changes of one item taken together, asks of one target table. */
public sealed interface TargetWrite {

    /** Owner and version that guard the write. */
    Mark mark();

    /** Keys whose rows go, where they are still the owner's. */
    Set<Item> vacated();

    /** The row that comes; empty for a delete. */
    Optional<Row> arriving();

    /**
     * This write and a later one of the same item as one write, with the later one's version.
     *
     * <p>Every key that this write would have touched and the later one leaves empty is vacated, also the ones in
     * between: an earlier run that stopped half-way may have left a row there.
     */
    default TargetWrite then(TargetWrite later) {
        Set<Item> vacated = new HashSet<>(vacated());
        arriving().map(Row::key).ifPresent(vacated::add);
        vacated.addAll(later.vacated());
        return later.arriving()
                .map(row -> {
                    vacated.remove(row.key());
                    return vacated.isEmpty()
                            ? new Upsert(
                                    later.mark(), row, this instanceof Upsert earlier ? earlier.replaced() : Set.of())
                            : new Move(later.mark(), vacated, row);
                })
                .orElseGet(() -> new Delete(later.mark(), vacated));
    }

    /**
     * The row comes, or is replaced under the same key.
     *
     * @param replaced names of the attributes of the row that should be there, empty if none should: a hint as to how
     *     the write is made, not a condition
     */
    record Upsert(Mark mark, Row row, Set<String> replaced) implements TargetWrite {

        /** A row that should be new. */
        public Upsert(Mark mark, Row row) {
            this(mark, row, Set.of());
        }

        @Override
        public Set<Item> vacated() {
            return Set.of();
        }

        @Override
        public Optional<Row> arriving() {
            return Optional.of(row);
        }
    }

    /** The rows under these keys go. */
    record Delete(Mark mark, Set<Item> vacated) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.empty();
        }
    }

    /** The row comes under a new key, and those under the old keys go: all in one transaction. */
    record Move(Mark mark, Set<Item> vacated, Row row) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.of(row);
        }
    }
}
