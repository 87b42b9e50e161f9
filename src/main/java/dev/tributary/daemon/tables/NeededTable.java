package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.TableSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the daemon's own tables that a configuration needs.
 *
 * @param place settings with the place of the table
 */
record NeededTable(OwnTable table, TableSettings place) {

    /** All of them, each once in each place. */
    static List<NeededTable> of(Settings settings, Clients clients) {
        List<NeededTable> needed = new ArrayList<>();
        for (TableSettings place : ownPlaces(settings.source().values(), clients)) {
            needed.add(new NeededTable(OwnTable.DEAD_LETTERS, place));
            needed.add(new NeededTable(OwnTable.LATE_WRITES, place));
            needed.add(new NeededTable(OwnTable.JOBS, place));
        }
        ownPlaces(
                        settings.source().values().stream()
                                .filter(settings::isWrittenHere)
                                .toList(),
                        clients)
                .forEach(place -> needed.add(new NeededTable(OwnTable.ACKNOWLEDGEMENTS, place)));
        places(
                        settings.resource().values().stream()
                                .filter(resource -> resource.idempotency().takesKeys())
                                .toList(),
                        clients)
                .forEach(place -> needed.add(new NeededTable(OwnTable.IDEMPOTENCY, place)));
        return needed;
    }

    /** One for each place of the daemon's own tables for sources. */
    private static Collection<TableSettings> ownPlaces(Collection<? extends TableSettings> sources, Clients clients) {
        return places(sources.stream().map(OwnPlace::of).toList(), clients);
    }

    /** One of the tables in each place. */
    private static Collection<TableSettings> places(Collection<? extends TableSettings> tables, Clients clients) {
        Map<Clients.Place, TableSettings> places = new LinkedHashMap<>();
        tables.forEach(table -> places.putIfAbsent(clients.placeId(table), table));
        return places.values();
    }
}
