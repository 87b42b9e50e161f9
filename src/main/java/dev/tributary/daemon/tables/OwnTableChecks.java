package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.model.KeySchema;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Checks the daemon's own tables: one that exists has the key that this version needs. */
final class OwnTableChecks {

    private final Settings settings;
    private final Clients clients;
    private final TableDescriptions descriptions;
    private final TableProblems problems;

    OwnTableChecks(Settings settings, Clients clients, TableDescriptions descriptions, TableProblems problems) {
        this.settings = settings;
        this.clients = clients;
        this.descriptions = descriptions;
        this.problems = problems;
    }

    /** Starts to describe the tables. */
    void request() {
        each((table, place) -> descriptions.request(place, table.name(settings.application())));
    }

    /** Checks the tables; returns a line for each table that a start creates, or that may not be described. */
    Set<String> run() {
        Set<String> plans = new LinkedHashSet<>();
        each((table, place) -> {
            try {
                checkKey(
                        table,
                        place,
                        Calls.join(descriptions.of(place, table.name(settings.application())))
                                .key());
            } catch (ResourceNotFoundException e) {
                plans.add("A start creates table " + table.name(settings.application()) + " in " + clients.place(place)
                        + ", for " + table.content() + ".");
            } catch (SdkException e) {
                // Stops no start: the log and health report it then.
                if (DeniedCall.isDenied(e)) {
                    plans.add("Table " + table.name(settings.application()) + " in " + clients.place(place)
                            + " may not be described, and without it " + table.consequence()
                            + DeniedCall.remedy(e, "DescribeTable", table.name(settings.application())) + ".");
                }
            }
        });
        return plans;
    }

    private void each(BiConsumer<OwnTable, TableSettings> action) {
        for (TableSettings place : ownPlaces(settings.source().values())) {
            action.accept(OwnTable.DEAD_LETTERS, place);
            action.accept(OwnTable.LATE_WRITES, place);
            action.accept(OwnTable.JOBS, place);
        }
        ownPlaces(settings.source().values().stream()
                        .filter(settings::isWrittenHere)
                        .toList())
                .forEach(place -> action.accept(OwnTable.ACKNOWLEDGEMENTS, place));
        places(settings.resource().values().stream()
                        .filter(resource -> resource.idempotency().takesKeys())
                        .toList())
                .forEach(place -> action.accept(OwnTable.IDEMPOTENCY, place));
    }

    /** One for each place of the daemon's own tables for sources. */
    private Collection<TableSettings> ownPlaces(Collection<? extends TableSettings> sources) {
        return places(sources.stream().map(OwnPlace::of).toList());
    }

    /** One of the tables in each place. */
    private Collection<TableSettings> places(Collection<? extends TableSettings> tables) {
        Map<String, TableSettings> places = new LinkedHashMap<>();
        tables.forEach(table -> places.putIfAbsent(clients.place(table), table));
        return places.values();
    }

    private void checkKey(OwnTable table, TableSettings place, KeySchema found) {
        if (found.equals(table.key())) {
            return;
        }
        String remedy = table == OwnTable.DEAD_LETTERS
                ? "if an earlier version created it (key route:S, position:S), redrive or discard its dead letters with"
                        + " that version and delete the table, otherwise choose another application name"
                : "delete it if nothing else uses it, or choose another application name";
        problems.add(
                "application",
                settings.application(),
                "its table for " + table.content() + ", " + table.name(settings.application()) + " in "
                        + clients.place(place) + ", exists with another key than "
                        + table.key().text() + "; " + remedy);
    }
}
