package dev.tributary.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written in the configuration: {@code 250ms}, {@code 10s}, {@code 2m}, {@code 1h}, {@code PT10S}. */
public final class DurationText {

    private static final Pattern SHORT = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private record Unit(String name, Duration length) {}

    /** The longest first. */
    private static final List<Unit> UNITS = List.of(
            new Unit("h", Duration.ofHours(1)),
            new Unit("m", Duration.ofMinutes(1)),
            new Unit("s", Duration.ofSeconds(1)),
            new Unit("ms", Duration.ofMillis(1)));

    private DurationText() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException if the text is no duration
     */
    public static Duration parse(String text) {
        Matcher matcher = SHORT.matcher(text);
        if (!matcher.matches()) {
            try {
                return Duration.parse(text);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(text, e);
            }
        }
        long amount = Long.parseLong(matcher.group(1));
        return UNITS.stream()
                .filter(unit -> unit.name().equals(matcher.group(2)))
                .findFirst()
                .orElseThrow()
                .length()
                .multipliedBy(amount);
    }

    /** The shortest text that {@link #parse} reads as this duration, such as {@code 90s}. */
    public static String of(Duration duration) {
        return UNITS.stream()
                .filter(unit -> unit.length()
                        .multipliedBy(duration.dividedBy(unit.length()))
                        .equals(duration))
                .findFirst()
                .map(unit -> duration.dividedBy(unit.length()) + unit.name())
                .orElseGet(duration::toString);
    }
}
