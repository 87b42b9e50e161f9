package dev.tributary.jobs.verify;

import dev.tributary.jobs.scan.ScanPosition;
import dev.tributary.jobs.verify.Verification.Phase;
import dev.tributary.jobs.verify.Verification.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The recorded result of the continuous verification of a route, which all processes share.
 *
 * @param since when the route was verified for the first time
 * @param walk the verification under way; empty between two
 * @param provenAt the start of the last verification that found no fault and left nothing undecided
 * @param last the start of the last verification that has ended
 * @param faults that it found and left
 * @param undecided rows that it could not decide about
 */
public record Proof(
        Instant since,
        Optional<Walk> walk,
        Optional<Instant> provenAt,
        Optional<Instant> last,
        long faults,
        long undecided) {

    /** After this number of intervals without a proof the last one is stale. */
    private static final int PATIENCE = 2;

    /**
     * A verification under way.
     *
     * @param faults found before this process continued it
     * @param undecided likewise
     */
    public record Walk(Instant startedAt, Position position, long faults, long undecided) {}

    /** The states of a target. */
    public enum State {
        /** It was proven right recently. */
        PROVEN,
        /** The last proof is too old, or missing. */
        STALE,
        /** The last verification found faults. */
        DIFFERS
    }

    /** Nothing is known yet. */
    static Proof none(Instant now) {
        return new Proof(now, Optional.empty(), Optional.empty(), Optional.empty(), 0, 0);
    }

    /** The state at a moment. */
    public State state(Instant now, Duration every) {
        if (faults > 0) {
            return State.DIFFERS;
        }
        return provenAt.filter(proven -> !isOld(proven, now, every)).isPresent() ? State.PROVEN : State.STALE;
    }

    /** The state for people. */
    public String text(Instant now, Duration every) {
        String proven = provenAt.map(Proof::seconds).orElse("");
        return switch (state(now, every)) {
            case PROVEN -> "proven right at " + proven;
            case STALE -> "stale: " + (proven.isEmpty() ? "not proven right yet" : "last proven right at " + proven);
            case DIFFERS ->
                "differs: the verification that started at "
                        + last.map(Proof::seconds).orElse("") + " found " + faults
                        + (faults == 1 ? " fault" : " faults");
        };
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Whether a proof has been due for long; not before the first one could have ended. */
    public boolean isOverdue(Instant now, Duration every) {
        return state(now, every) == State.STALE && isOld(provenAt.orElse(since), now, every);
    }

    private static boolean isOld(Instant time, Instant now, Duration every) {
        return time.plus(every.multipliedBy(PATIENCE)).isBefore(now);
    }

    /** Whether a verification has to start or to continue. */
    boolean isDue(Instant now, Duration every) {
        return walk.isPresent()
                || last.filter(start -> start.plus(every).isAfter(now)).isEmpty();
    }

    Proof with(Walk under) {
        return new Proof(since, Optional.of(under), provenAt, last, faults, undecided);
    }

    /** After the end of a verification. */
    Proof ended(Instant startedAt, long found, long open) {
        return new Proof(
                since,
                Optional.empty(),
                found == 0 && open == 0 ? Optional.of(startedAt) : provenAt,
                Optional.of(startedAt),
                found,
                open);
    }

    Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        values.put("since", since.toString());
        provenAt.ifPresent(time -> values.put("provenAt", time.toString()));
        last.ifPresent(time -> values.put("last", time.toString()));
        values.put("faults", Long.toString(faults));
        values.put("undecided", Long.toString(undecided));
        walk.ifPresent(under -> {
            values.put("startedAt", under.startedAt().toString());
            values.put("phase", under.position().phase().name());
            values.put("scan", under.position().scan().encoded());
            values.put("walkFaults", Long.toString(under.faults()));
            values.put("walkUndecided", Long.toString(under.undecided()));
        });
        return values;
    }

    /**
     * Parses the result of {@link #values}.
     *
     * @param now for a route of which nothing is recorded
     */
    public static Proof of(Map<String, String> values, Instant now) {
        if (!values.containsKey("since")) {
            return none(now);
        }
        return new Proof(
                Instant.parse(values.get("since")),
                time(values, "startedAt")
                        .map(startedAt -> new Walk(
                                startedAt,
                                new Position(
                                        Phase.valueOf(values.getOrDefault("phase", "")),
                                        ScanPosition.decode(values.getOrDefault("scan", ""))),
                                number(values, "walkFaults"),
                                number(values, "walkUndecided"))),
                time(values, "provenAt"),
                time(values, "last"),
                number(values, "faults"),
                number(values, "undecided"));
    }

    private static Optional<Instant> time(Map<String, String> values, String name) {
        return Optional.ofNullable(values.get(name)).map(Instant::parse);
    }

    private static long number(Map<String, String> values, String name) {
        return Long.parseLong(values.getOrDefault(name, "0"));
    }
}
