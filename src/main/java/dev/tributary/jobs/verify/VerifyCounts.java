package dev.tributary.jobs.verify;

import dev.tributary.jobs.verify.Difference.Kind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The counts of a verification. Safe for any thread. */
public final class VerifyCounts {

    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    private final AtomicLong undecided = new AtomicLong();
    private final AtomicLong repaired = new AtomicLong();
    private final Map<Kind, AtomicLong> found = new EnumMap<>(Kind.class);

    /** Counts from zero. */
    public VerifyCounts() {
        for (Kind kind : Kind.values()) {
            found.put(kind, new AtomicLong());
        }
    }

    /** Rows of the target that were read in scans. */
    public long rows() {
        return rows.get();
    }

    /** Items of the source that were read in scans. */
    public long items() {
        return items.get();
    }

    /** Findings of this kind that were not repaired. */
    public long found(Kind kind) {
        AtomicLong count = found.get(kind);
        return count == null ? 0 : count.get();
    }

    /** Faults that were not repaired. */
    public long faults() {
        long faults = 0;
        for (Kind kind : Kind.values()) {
            faults += kind.isFault() ? found(kind) : 0;
        }
        return faults;
    }

    /** Rows that differed at every look, while their items or replication went on. */
    public long undecided() {
        return undecided.get();
    }

    /** Faults that were repaired. */
    public long repaired() {
        return repaired.get();
    }

    void addRows(int number) {
        rows.addAndGet(number);
    }

    void addItems(int number) {
        items.addAndGet(number);
    }

    void addUndecided(int number) {
        undecided.addAndGet(number);
    }

    void addRepaired() {
        repaired.incrementAndGet();
    }

    void add(Kind kind) {
        AtomicLong count = found.get(kind);
        if (count != null) {
            count.incrementAndGet();
        }
    }
}
