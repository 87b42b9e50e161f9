package dev.tributary.jobs.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One item, its owner, the daemon and a backfill, as values: which state follows from which by which move.
 *
 * @param history the item after each change, the first one before all of them; null for none
 * @param applied changes that the daemon has applied
 * @param read what the backfill has read; null before, and if there was no item
 * @param reading whether the backfill has yet to read
 * @param put whether a put of the backfill was answered
 * @param open whether a put was given up and may take effect
 * @param horizon whether no put takes effect any more
 * @param unchecked whether the backfill has to be checked
 * @param rows of the target, by city
 */
record BackfillModel(
        List<@Nullable Place> history,
        int applied,
        @Nullable Place read,
        boolean reading,
        boolean put,
        boolean open,
        boolean horizon,
        boolean unchecked,
        Map<String, StoredPlace> rows) {

    /** An item with a city, and the number of the change that made it. */
    record Place(String city, int change) {}

    /** A row: the change that wrote it, 0 for the backfill, and the change whose content it has; -1 for a tombstone. */
    record StoredPlace(int version, int content) {}

    /** What can happen next. */
    enum Move {
        WRITE_TO_A,
        WRITE_TO_B,
        REMOVE,
        /** The daemon applies the next change. */
        APPLY,
        READ,
        PUT,
        /** A put is sent, and given up; it may take effect later. */
        GIVE_UP,
        LATE,
        /** From now on no put takes effect. */
        HORIZON,
        /** The backfill, or another process after it was killed, checks what was put. */
        CHECK
    }

    static BackfillModel start() {
        List<@Nullable Place> history = new ArrayList<>();
        history.add(new Place("A", 0));
        return new BackfillModel(history, 0, null, true, false, false, false, false, Map.of());
    }

    int changes() {
        return history.size() - 1;
    }

    @Nullable Place source() {
        return history.get(changes());
    }

    boolean allows(Move move, int mostChanges) {
        return switch (move) {
            case WRITE_TO_A, WRITE_TO_B -> changes() < mostChanges;
            case REMOVE -> changes() < mostChanges && source() != null;
            case APPLY -> applied < changes();
            case READ -> reading;
            case PUT -> read != null && !put && !horizon;
            case GIVE_UP -> read != null && !put && !open && !horizon;
            case LATE -> open;
            case HORIZON -> !reading && !horizon;
            case CHECK -> unchecked;
        };
    }

    BackfillModel after(Move move, boolean tombstones) {
        return switch (move) {
            case WRITE_TO_A -> changed(new Place("A", history.size()));
            case WRITE_TO_B -> changed(new Place("B", history.size()));
            case REMOVE -> changed(null);
            case APPLY ->
                new BackfillModel(
                        history, applied + 1, read, reading, put, open, horizon, unchecked, applied(tombstones));
            case READ -> new BackfillModel(history, applied, source(), false, put, open, horizon, unchecked, rows);
            case PUT ->
                new BackfillModel(
                        history, applied, read, reading, true, open, horizon, unchecked || free() || open, withPut());
            case GIVE_UP -> new BackfillModel(history, applied, read, reading, put, true, horizon, true, rows);
            case LATE -> new BackfillModel(history, applied, read, reading, put, false, horizon, true, withPut());
            case HORIZON -> new BackfillModel(history, applied, read, reading, put, false, true, unchecked, rows);
            case CHECK -> new BackfillModel(history, applied, read, reading, put, open, horizon, open, checked());
        };
    }

    private BackfillModel changed(@Nullable Place after) {
        List<@Nullable Place> longer = new ArrayList<>(history);
        longer.add(after);
        return new BackfillModel(longer, applied, read, reading, put, open, horizon, unchecked, rows);
    }

    private Map<String, StoredPlace> applied(boolean tombstones) {
        int change = applied + 1;
        Place before = history.get(applied);
        Place after = history.get(change);
        Map<String, StoredPlace> next = new TreeMap<>(rows);
        if (before != null && (after == null || !after.city().equals(before.city()))) {
            if (tombstones) {
                next.put(before.city(), new StoredPlace(change, -1));
            } else {
                next.remove(before.city());
            }
        }
        if (after != null) {
            next.put(after.city(), new StoredPlace(change, change));
        }
        return next;
    }

    private String city() {
        return java.util.Objects.requireNonNull(read).city();
    }

    private boolean free() {
        return !rows.containsKey(city());
    }

    private Map<String, StoredPlace> withPut() {
        if (!free()) {
            return rows;
        }
        Map<String, StoredPlace> next = new TreeMap<>(rows);
        next.put(
                city(),
                new StoredPlace(0, java.util.Objects.requireNonNull(read).change()));
        return next;
    }

    private Map<String, StoredPlace> checked() {
        Place source = source();
        StoredPlace row = rows.get(city());
        if (row == null || row.version() > 0) {
            return rows;
        }
        Map<String, StoredPlace> next = new TreeMap<>(rows);
        if (source != null && source.city().equals(city())) {
            next.put(city(), new StoredPlace(0, source.change()));
        } else {
            next.remove(city());
        }
        return next;
    }

    /** Whether every change is applied, and nothing of the backfill is left to happen. */
    boolean isQuiet() {
        return applied == changes() && !reading && !open && !unchecked;
    }

    /** Whether the rows are those of the item: all of them, or, of a backfill that was killed before its put, no others. */
    boolean isRight() {
        Place source = source();
        Map<String, StoredPlace> live = new TreeMap<>(rows);
        live.values().removeIf(row -> row.content() < 0);
        if (live.isEmpty()) {
            return source == null || (read != null && !put);
        }
        return source != null
                && live.keySet().equals(java.util.Set.of(source.city()))
                && live.get(source.city()).content() == source.change();
    }
}
