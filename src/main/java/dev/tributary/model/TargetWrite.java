package dev.tributary.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one change, or several changes of one item taken together, asks of one target table. */
public sealed interface TargetWrite {

    /** Owner and version that guard the write. */
    VersionStamp stamp();

    /** Keys whose rows go, where they are still the owner's. */
    Set<Item> vacated();

    /** The row that comes; empty for a delete. */
    Optional<Row> arriving();

    /** This write and a later one of the same item as one write; see {@link #merged}. */
    default TargetWrite then(TargetWrite later) {
        return merged(List.of(this, later));
    }

    /**
     * Writes of one item, in their order, as one write with the last one's version.
     *
     * <p>Every key that they would have touched and the last one leaves empty is vacated, also the ones in between: an
     * earlier run that stopped half-way may have left a row there. The keys are in the order of the writes, so those
     * come first where the row should be now.
     *
     * @param writes at least one
     */
    static TargetWrite merged(List<TargetWrite> writes) {
        TargetWrite last = writes.get(writes.size() - 1);
        if (writes.size() == 1) {
            return last;
        }
        Set<Item> vacated = new LinkedHashSet<>();
        for (TargetWrite write : writes) {
            vacated.addAll(write.vacated());
            if (write != last) {
                write.arriving().map(Row::key).ifPresent(vacated::add);
            }
        }
        if (last.arriving().isEmpty()) {
            return new Delete(last.stamp(), vacated);
        }
        Row row = last.arriving().get();
        vacated.remove(row.key());
        return vacated.isEmpty()
                ? new Upsert(last.stamp(), row, writes.get(0) instanceof Upsert first ? first.replaced() : Set.of())
                : new Move(last.stamp(), vacated, row);
    }

    /**
     * The row comes, or is replaced under the same key.
     *
     * @param replaced names of the attributes of the row that should be there, empty if none should: a hint as to how
     *     the write is made, not a condition
     */
    record Upsert(VersionStamp stamp, Row row, Set<String> replaced) implements TargetWrite {

        /** A row that should be new. */
        public Upsert(VersionStamp stamp, Row row) {
            this(stamp, row, Set.of());
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
    record Delete(VersionStamp stamp, Set<Item> vacated) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.empty();
        }
    }

    /** The row comes under a new key, and those under the old keys go: all in one transaction. */
    record Move(VersionStamp stamp, Set<Item> vacated, Row row) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.of(row);
        }
    }
}
