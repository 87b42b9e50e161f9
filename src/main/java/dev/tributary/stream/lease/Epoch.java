package dev.tributary.stream.lease;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * When a source began to read a stream: the first part of the versions of its changes, so that everything read from a
 * stream is newer than everything read before it.
 *
 * <p>The label of the stream alone does not say that: the stream of a replica in another region may have been enabled
 * long before the one that was read so far. Made by one worker, kept in the ledger, and used by all.
 *
 * @param text an ISO time in UTC, in the form of a stream's label; epochs compare as their texts
 */
record Epoch(String text) {

    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** Greater than nothing, and in a version greater than the sign that ends the epoch. */
    private static final String LATER = "+";

    /** The epoch of a source that begins with this stream: now, or the stream's label where that is later. */
    static Epoch first(String streamArn, Instant now) {
        String time = LABEL.format(now);
        String label = SourceStream.label(streamArn);
        return new Epoch(time.compareTo(label) > 0 ? time : label);
    }

    /** The epoch of a source that goes on to this stream: later than this one whatever the clock says. */
    Epoch next(String streamArn, Instant now) {
        Epoch first = first(streamArn, now);
        return first.text.compareTo(text) > 0 ? first : new Epoch(text + LATER);
    }
}
