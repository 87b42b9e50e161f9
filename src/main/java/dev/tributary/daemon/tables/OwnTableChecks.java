package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.model.KeySchema;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Checks the daemon's own tables: one that exists has the key that this version needs. */
final class OwnTableChecks {

    private final Settings settings;
    private final Clients clients;
    private final TableDescriptions descriptions;
    private final TableProblems problems;
    private final List<NeededTable> needed;

    OwnTableChecks(Settings settings, Clients clients, TableDescriptions descriptions, TableProblems problems) {
        this.settings = settings;
        this.clients = clients;
        this.descriptions = descriptions;
        this.problems = problems;
        this.needed = NeededTable.of(settings, clients);
    }

    /** Starts to describe the tables. */
    void request() {
        needed.forEach(own -> descriptions.request(own.place(), own.table().name(settings.application())));
    }

    /** Checks the tables; returns a line for each table that a start creates, or that may not be described. */
    Set<String> run() {
        Set<String> plans = new LinkedHashSet<>();
        for (NeededTable own : needed) {
            OwnTable table = own.table();
            TableSettings place = own.place();
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
        }
        return plans;
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
