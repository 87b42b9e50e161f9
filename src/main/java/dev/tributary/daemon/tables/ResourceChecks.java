package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.document.InvalidResourceException;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.items.Resource;
import java.util.Map;

/** Checks that the settings of each resource fit the keys of its table. */
final class ResourceChecks {

    private ResourceChecks() {}

    /**
     * @param described the tables that exist, by the key prefix of their settings
     */
    static void run(Settings settings, Map<String, DescribedTable> described, TableProblems problems) {
        settings.resource().forEach((name, write) -> {
            DescribedTable table = described.get(CheckedTables.resourcePrefix(name));
            if (table == null) {
                return;
            }
            try {
                Resource.check(name, write, table.key(), table.indexes().values());
            } catch (InvalidResourceException e) {
                problems.addAll(e.errors());
            }
        });
    }
}
