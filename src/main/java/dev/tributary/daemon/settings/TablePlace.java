package dev.tributary.daemon.settings;

import dev.tributary.dynamo.TableSettings;
import java.net.URI;
import java.util.Optional;

/**
 * A table and where it is, as far as the configuration says: equal places are the same table.
 *
 * @param table its name
 * @param account empty: that of the credentials
 */
record TablePlace(String table, Optional<String> region, Optional<URI> endpoint, Optional<String> account) {

    static TablePlace of(TableSettings table, AwsSettings defaults) {
        return new TablePlace(
                table.table(),
                table.region().or(defaults::region),
                table.endpoint().or(defaults::endpoint),
                table.place().expectedAccount());
    }
}
