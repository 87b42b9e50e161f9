package dev.tributary.daemon.tables;

import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableSettings;

/** The place of the daemon's own tables for a source: its region and endpoint, in the account of the daemon. */
record OwnPlace(String table, PlaceSettings place) implements TableSettings {

    static OwnPlace of(TableSettings source) {
        return new OwnPlace(source.table(), source.place().withoutRole());
    }
}
