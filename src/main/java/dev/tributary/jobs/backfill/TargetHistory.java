package dev.tributary.jobs.backfill;

import dev.tributary.jobs.reconcile.JobState;
import dev.tributary.jobs.reconcile.TargetStates;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Why rows of a target table may differ from what the configured route makes of their items, beside gaps in the stream: they
 * were written with another configuration, or their changes were read by a worker without the route. All processes record
 * that, and a backfill that repairs every row ends it.
 *
 * @param changes grows with each reason that is recorded; a repair is valid only if none was recorded while it ran
 * @param shapes of the rows that may be in the target, with the time when each was first written
 * @param missed the time in which changes may have been missed; empty if there is none
 */
public record TargetHistory(long changes, Map<String, String> shapes, Optional<Missed> missed) {

    private static final String CHANGES = "changes";

    /** The shape that was configured last. */
    private static final String CURRENT = "current";

    private static final String MISSED_SINCE = "missedSince";
    private static final String MISSED_UNTIL = "missedUntil";
    private static final String MISSED_BY = "missedBy";
    private static final Set<String> OTHER_KEYS = Set.of(CHANGES, CURRENT, MISSED_SINCE, MISSED_UNTIL, MISSED_BY);

    /** How often a worker that reads the source without the route records that. */
    public static final Duration REPEATED = Duration.ofMinutes(10);

    /**
     * A time in which a worker read the source without the route, or with another shape or another target of it.
     *
     * @param until when that was recorded last
     * @param worker one of those workers
     */
    public record Missed(Instant since, Instant until, String worker) {

        /** For people. */
        public String text() {
            return "worker " + worker + " has read the source since " + since.truncatedTo(ChronoUnit.SECONDS)
                    + " without this route, or with another target of it, so changes may be missing in the target";
        }

        /**
         * The time from which a repair brings everything.
         *
         * @param lateness how long removals that such a worker made may be repeated: one of them would remove the row of an
         *     item that has come back in a change that was missed
         */
        public Instant repairableAt(Duration lateness) {
            return until.plus(REPEATED).plus(lateness).truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /** A repair began before {@link Missed#repairableAt}. The message is for people. */
    public static final class TooEarlyException extends RuntimeException {
        TooEarlyException(Missed missed, Duration lateness) {
            super(missed.text() + ". A repair before " + missed.repairableAt(lateness)
                    + " could be undone: until then, removals from before may be repeated; run this again then");
        }
    }

    /** Reads the recorded state. */
    static TargetHistory of(JobState stored) {
        Map<String, String> shapes = new HashMap<>(stored.values());
        shapes.keySet().removeAll(OTHER_KEYS);
        return new TargetHistory(
                count(stored.values()),
                Map.copyOf(shapes),
                Optional.ofNullable(stored.values().get(MISSED_SINCE))
                        .map(since -> new Missed(
                                Instant.parse(since),
                                Instant.parse(stored.value(MISSED_UNTIL)),
                                stored.value(MISSED_BY))));
    }

    /** The recorded history. */
    public static CompletableFuture<TargetHistory> read(TargetStates target) {
        return target.listed().thenApply(TargetHistory::of);
    }

    private static long count(Map<String, String> values) {
        return Long.parseLong(values.getOrDefault(CHANGES, "0"));
    }

    private static void countOne(Map<String, String> values) {
        values.put(CHANGES, Long.toString(count(values) + 1));
    }

    /** Shapes of rows that this configuration does not write. */
    public Set<String> others(String shape) {
        Set<String> others = new TreeSet<>(shapes.keySet());
        others.remove(shape);
        return others;
    }

    /** A message that the target may have rows of other shapes than this one. */
    public String otherText(String shape) {
        return "the target may have rows of another shape (%s) than the configured one (%s)"
                .formatted(String.join(" | ", others(shape)), shape);
    }

    /**
     * Records that rows of this shape are written from now on.
     *
     * @return the history afterwards
     */
    public static CompletableFuture<TargetHistory> written(TargetStates target, String shape, Instant now) {
        return target.updateListed(before -> {
                    if (shape.equals(before.get(CURRENT))) {
                        return before;
                    }
                    Map<String, String> values = new HashMap<>(before);
                    values.put(CURRENT, shape);
                    values.putIfAbsent(shape, now.toString());
                    countOne(values);
                    return values;
                })
                .thenApply(TargetHistory::of);
    }

    /**
     * Records that a worker reads the source without writing this target as configured.
     *
     * @return the history afterwards
     */
    public static CompletableFuture<TargetHistory> missed(TargetStates target, String worker, Instant now) {
        return target.updateListed(before -> {
                    Map<String, String> values = new HashMap<>(before);
                    values.putIfAbsent(MISSED_SINCE, now.toString());
                    values.put(MISSED_UNTIL, now.toString());
                    values.put(MISSED_BY, worker);
                    countOne(values);
                    return values;
                })
                .thenApply(TargetHistory::of);
    }

    /**
     * Gives the history of a target to the route that writes it under another name now.
     *
     * @param former the target under the name of the route that does not write it any more; its history is empty afterwards
     * @return the history afterwards
     */
    public static CompletableFuture<TargetHistory> renamed(TargetStates former, TargetStates target) {
        return former.listed()
                .thenCompose(stored -> target.updateListed(before -> with(before, stored.values())))
                .thenCompose(moved -> former.updateListed(before -> Map.of()).thenApply(gone -> of(moved)));
    }

    private static Map<String, String> with(Map<String, String> values, Map<String, String> former) {
        TargetHistory history = of(new JobState(0, former));
        Map<String, String> both = new HashMap<>(values);
        history.shapes().forEach(both::putIfAbsent);
        history.missed().ifPresent(missed -> {
            Optional<Missed> known = of(new JobState(0, values)).missed();
            both.put(
                    MISSED_SINCE,
                    Collections.min(times(missed, known, Missed::since)).toString());
            both.put(
                    MISSED_UNTIL,
                    Collections.max(times(missed, known, Missed::until)).toString());
            both.put(MISSED_BY, missed.worker());
        });
        if (!both.equals(values)) {
            countOne(both);
        }
        return both;
    }

    private static List<Instant> times(Missed one, Optional<Missed> other, Function<Missed, Instant> time) {
        return Stream.concat(Stream.of(one), other.stream()).map(time).toList();
    }

    /**
     * Records that every row has this shape and that nothing is missing, unless a reason was recorded while the repair ran.
     *
     * @param changes the number when it began
     * @return whether that is recorded
     */
    static CompletableFuture<Boolean> repaired(TargetStates target, String shape, long changes, Instant now) {
        return target.updateListed(before -> count(before) == changes
                        ? Map.of(
                                CHANGES,
                                Long.toString(changes),
                                CURRENT,
                                shape,
                                shape,
                                before.getOrDefault(shape, now.toString()))
                        : before)
                .thenApply(stored -> count(stored.values()) == changes);
    }
}
