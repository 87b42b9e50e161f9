package dev.tributary.model;

import java.time.Duration;

/** Formats spans of time for people, in their two largest units. */
public final class TimeText {

    private TimeText() {}

    /** {@code 3 d 4 h}, {@code 3 h 4 min}, {@code 3 min} or {@code 3 s}; {@code 0 s} for a negative span. */
    public static String of(Duration span) {
        if (span.toDays() > 0) {
            return span.toDays() + " d " + span.toHoursPart() + " h";
        }
        if (span.toHours() > 0) {
            return span.toHours() + " h " + span.toMinutesPart() + " min";
        }
        return span.toMinutes() > 0 ? span.toMinutes() + " min" : Math.max(0, span.toSeconds()) + " s";
    }
}
