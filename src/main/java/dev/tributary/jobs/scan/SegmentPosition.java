package dev.tributary.jobs.scan;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The position of a scan in one segment.
 *
 * @param segment its number, from 0
 * @param after the key of the last item that was read; empty if none was
 * @param finished whether the segment has been read to its end
 */
public record SegmentPosition(int segment, Map<String, AttributeValue> after, boolean finished) {

    static SegmentPosition start(int segment) {
        return new SegmentPosition(segment, Map.of(), false);
    }

    /** The position after a page whose response had this last key. */
    SegmentPosition after(Map<String, AttributeValue> lastKey) {
        return new SegmentPosition(segment, lastKey, lastKey.isEmpty());
    }

    @Override
    public String toString() {
        return "segment " + segment + (finished ? " (finished)" : after.isEmpty() ? " (not started)" : "");
    }
}
