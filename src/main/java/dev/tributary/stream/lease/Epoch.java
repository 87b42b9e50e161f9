package dev.tributary.stream.lease;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The time at which a source began to read a stream. It is the first part of the versions of the stream's changes, so that
 * all changes of a stream are newer than those of the stream read before it.
 *
 * <p>The label of the stream is not enough for that: the stream of a replica in another region may be older than the
 * stream that was read so far. One worker creates the epoch, and all use it from the {@link SourceState}.
 *
 * @param text an ISO time in UTC, in the form of a stream's label; epochs compare as their texts
 */
record Epoch(String text) {

    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** Sorts after the end of a text, and in a version after the character that ends the epoch. */
    private static final String LATER = "+";

    /** The epoch of a source that begins with this stream: now, or the stream's label if that is later. */
    static Epoch first(String streamArn, Instant now) {
        String time = LABEL.format(now);
        String label = SourceStream.label(streamArn);
        return new Epoch(time.compareTo(label) > 0 ? time : label);
    }

    /** The epoch of a source that switches to this stream: later than this one, whatever the clock shows. */
    Epoch next(String streamArn, Instant now) {
        Epoch first = first(streamArn, now);
        return first.text.compareTo(text) > 0 ? first : new Epoch(text + LATER);
    }
}
