package dev.tributary.http.access;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import java.util.Optional;

/** The rate limit of each caller. */
public record RateSettings(
        @Option(key = "rate", min = "1", max = "1000000", example = "100", doc = """
                Requests per second that each caller may send, by the name of the token, or by address without tokens; more
                are answered 429. Without it there is no such limit.""")
        Optional<Integer> rate,

        @Option(
                key = "burst",
                min = "1",
                max = "1000000",
                example = "200",
                doc = "Requests that a caller may send at once after a pause. Without it, those of a second.")
        Optional<Integer> burst)
        implements Checked {

    /**
     * The rate limit of one caller.
     *
     * @param perSecond in the long run
     * @param burst at once, after a pause
     */
    public record Rate(int perSecond, int burst) {}

    /** Absent: no limit. */
    public Optional<Rate> limit() {
        return rate.map(perSecond -> new Rate(perSecond, burst.orElse(perSecond)));
    }

    @Override
    public void check(CrossCheck check) {
        if (burst.isPresent() && rate.isEmpty() && check.accepted("rate")) {
            check.report(
                    "burst",
                    "has no effect without " + check.name("rate"),
                    "give " + check.name("rate") + " too, or remove this");
        }
    }
}
