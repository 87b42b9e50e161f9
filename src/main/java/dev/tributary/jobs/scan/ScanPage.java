package dev.tributary.jobs.scan;

import dev.tributary.model.Item;
import java.util.List;

/**
 * A page of a scan.
 *
 * @param items in the order of the table; may be empty
 * @param end the position of the segment once these items are processed
 */
public record ScanPage(List<Item> items, SegmentPosition end) {}
