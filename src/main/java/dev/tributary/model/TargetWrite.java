package dev.tributary.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The write to one target table that one change, or several merged changes of one item, require. */
public sealed interface TargetWrite {

    /** Owner and version that guard the write. */
    VersionStamp stamp();

    /** Keys whose rows are removed if they still belong to the owner. */
    Set<Item> vacated();

    /** The row to write; empty for a delete. */
    Optional<Row> arriving();

    /** Merges this write with a later one of the same item; see {@link #merged}. */
    default TargetWrite then(TargetWrite later) {
        return merged(List.of(this, later));
    }

    /**
     * Merges writes of one item, in order, into one write with the last one's version.
     *
     * <p>Vacates every key of these writes but the one of the last row: an earlier run that stopped half-way may have
     * left a row under any of them. The keys are in the order of the writes, so the key that should have the row now
     * comes first.
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
     * Writes a row, new or in place of one under the same key.
     *
     * @param replaced attribute names of the row that should be there, empty if none should: a hint for the form of
     *     the write, not a condition
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

    /** Removes the rows under these keys. */
    record Delete(VersionStamp stamp, Set<Item> vacated) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.empty();
        }
    }

    /** Writes a row under a new key and removes those under the old keys, in one transaction. */
    record Move(VersionStamp stamp, Set<Item> vacated, Row row) implements TargetWrite {
        @Override
        public Optional<Row> arriving() {
            return Optional.of(row);
        }
    }
}
