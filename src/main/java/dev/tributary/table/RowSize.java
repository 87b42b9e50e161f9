package dev.tributary.table;

import dev.tributary.model.ItemSize;
import dev.tributary.model.Row;
import dev.tributary.model.VersionStamp;
import java.util.Map;

/** The size of a row as it is stored, in bytes by {@link ItemSize}. */
public final class RowSize {

    private RowSize() {}

    /** The size of a row with its version stamp. */
    public static long of(Row row, VersionStamp stamp) {
        return ItemSize.of(row.item().attributes())
                + ItemSize.of(Map.of(
                        VersionStamp.ATTRIBUTE,
                        StampAttribute.of(stamp, row.item().attributes().keySet())));
    }
}
