package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableArn;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.model.KeySchema;
import dev.tributary.projection.Projection;
import dev.tributary.replication.RouteSettings;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Checks a configuration against its tables: sources, targets, resources, and the daemon's own tables. */
public final class TableChecks {

    /** The region in the ARNs of DynamoDB Local, whose account is not a real one. */
    private static final String LOCAL_REGION = "ddblocal";

    private final Clients clients;
    private final TableDescriptions descriptions;
    private final TableProblems problems = new TableProblems();
    private final Map<String, DescribedTable> described = new HashMap<>();

    private TableChecks(Clients clients) {
        this.clients = clients;
        this.descriptions = new TableDescriptions(clients);
    }

    /**
     * Describes every table that the settings name and checks it.
     *
     * @throws StartException with all problems, one a line, if there are any
     */
    public static CheckedTables run(Settings settings, Clients clients) throws StartException {
        return new TableChecks(clients).all(settings);
    }

    /**
     * Checks the target of one route.
     *
     * @return the target alone
     * @throws StartException with all problems, one a line, if there are any
     */
    public static CheckedTables target(String source, String route, RouteSettings settings, Clients clients)
            throws StartException {
        TableChecks checks = new TableChecks(clients);
        String prefix = CheckedTables.prefix(source, route);
        checks.describe(prefix, settings);
        DescribedTable target = checks.described.get(prefix);
        if (target != null) {
            new TargetKeyChecks(prefix, settings, target, checks.problems).run();
        }
        checks.problems.refuse();
        return new CheckedTables(checks.described, Set.of());
    }

    /**
     * Checks one route against the key of its target, without a call, and returns the route's projection.
     *
     * @throws StartException with all problems, one a line, if there are any
     */
    public static Projection projection(String source, String route, RouteSettings settings, KeySchema key)
            throws StartException {
        TableProblems problems = new TableProblems();
        DescribedTable target =
                new DescribedTable(settings.table(), "", key, Map.of(), Map.of(), Optional.empty(), Optional.empty());
        new TargetKeyChecks(CheckedTables.prefix(source, route), settings, target, problems).run();
        problems.refuse();
        return new Projection(settings.projection(), key);
    }

    private CheckedTables all(Settings settings) throws StartException {
        Map<String, TableSettings> tables = tables(settings);
        OwnTableChecks ownTables = new OwnTableChecks(settings, clients, descriptions, problems);
        tables.values().forEach(table -> descriptions.request(table, table.table()));
        ownTables.request();
        tables.forEach(this::describe);
        new SourceChecks(described, clients, problems).run(settings);
        new TargetChecks(described, clients, problems).run(settings);
        new LoopChecks(described, problems).run(settings);
        ResourceChecks.run(settings, described, problems);
        Set<String> plans = ownTables.run();
        problems.refuse();
        return new CheckedTables(described, plans);
    }

    /** All tables that the settings name, by the key prefix of their settings. */
    private static Map<String, TableSettings> tables(Settings settings) {
        Map<String, TableSettings> tables = new LinkedHashMap<>();
        settings.source().forEach((source, table) -> {
            tables.put(CheckedTables.prefix(source), table);
            table.route().forEach((route, target) -> tables.put(CheckedTables.prefix(source, route), target));
        });
        settings.resource().forEach((resource, table) -> tables.put(CheckedTables.resourcePrefix(resource), table));
        settings.read().forEach((resource, table) -> tables.put(CheckedTables.readPrefix(resource), table));
        return tables;
    }

    /** A table of the same name in the account of other credentials is the wrong one. */
    private void checkAccount(String prefix, TableSettings settings, DescribedTable table) {
        String expected = settings.place().expectedAccount().orElse("");
        TableArn.parse(table.arn())
                .filter(arn -> !arn.region().equals(LOCAL_REGION))
                .map(TableArn::account)
                .filter(account -> !expected.isEmpty() && !account.equals(expected))
                .ifPresent(account -> problems.add(
                        prefix + ".table",
                        settings.table(),
                        "the credentials reach the table in account " + account + ", and it has to be in " + expected
                                + "; give " + prefix + ".role, a role of that account"));
    }

    private void describe(String prefix, TableSettings settings) {
        String key = prefix + ".table";
        CompletableFuture<DescribedTable> call;
        try {
            call = descriptions.of(settings, settings.table());
        } catch (SdkClientException e) {
            problems.add(key, settings.table(), "no client can be made for its place: " + e.getMessage());
            return;
        }
        String place = clients.place(settings);
        try {
            DescribedTable table = Calls.join(call);
            described.put(prefix, table);
            checkAccount(prefix, settings, table);
        } catch (ResourceNotFoundException e) {
            problems.add(
                    key,
                    settings.table(),
                    "there is no such table in " + place
                            + "; create it, or correct the name, the region or the endpoint");
        } catch (SdkClientException e) {
            problems.addSilentPlace(place, e);
        } catch (SdkException e) {
            problems.addFailure(
                    key,
                    settings.table(),
                    "the table in " + place + " could not be described",
                    "DescribeTable",
                    settings.table(),
                    e);
        }
    }
}
