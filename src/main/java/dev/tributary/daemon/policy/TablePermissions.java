package dev.tributary.daemon.policy;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.ResourceSettings;
import dev.tributary.items.query.ReadSettings;
import dev.tributary.model.DeletePolicy;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseTable;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The least permissions for a configuration: which operations a program calls on which table. Every new call to a table
 * has to be added here, or {@code PolicyTest} fails.
 *
 * <p>The keys and indexes of tables are not in a configuration, so {@code Query} is listed for each resource, also for one
 * whose table has neither a sort key nor an index.
 */
public final class TablePermissions {

    private static final String STREAMS = "/stream/*";
    private static final String INDEXES = "/index/*";

    private final Settings settings;
    private final boolean creates;

    /** By region, or an empty text, and resource. */
    private final SortedMap<String, SortedMap<String, SortedSet<String>>> actions = new TreeMap<>();

    private TablePermissions(Settings settings, boolean creates) {
        this.settings = settings;
        this.creates = creates;
    }

    /**
     * Returns what a program needs, ordered by region and resource.
     *
     * @param creates whether the daemon creates its own tables where they are missing
     */
    public static List<TableAccess> of(Settings settings, Program program, boolean creates) {
        TablePermissions permissions = new TablePermissions(settings, creates);
        switch (program) {
            case DAEMON -> permissions.addDaemon();
            case COMMANDS -> permissions.addCommands();
        }
        return permissions.list();
    }

    private List<TableAccess> list() {
        return actions.entrySet().stream()
                .flatMap(region -> region.getValue().entrySet().stream()
                        .map(table -> new TableAccess(
                                Optional.of(region.getKey()).filter(name -> !name.isEmpty()),
                                table.getKey(),
                                table.getValue())))
                .toList();
    }

    private void addDaemon() {
        settings.source().forEach(this::addReplication);
        settings.resource().values().forEach(this::addWrites);
        settings.read().values().forEach(this::addReads);
    }

    private void addReplication(String name, SourceSettings source) {
        add(source, source.table(), "DescribeTable");
        add(source, source.table() + STREAMS, "DescribeStream", "GetRecords", "GetShardIterator");
        // For the pages that a killed backfill has left.
        add(source, source.table(), "BatchGetItem");
        addLeases(source, settings.leaseTable(name));
        addOwn(source, OwnTable.DEAD_LETTERS, "ConditionCheckItem", "PutItem", "Query", "UpdateItem");
        addOwn(source, OwnTable.LATE_WRITES, "DeleteItem", "PutItem", "Query");
        addOwn(source, OwnTable.JOBS, "DeleteItem", "GetItem", "Query");
        if (isWrittenHere(source)) {
            addOwn(source, OwnTable.ACKNOWLEDGEMENTS, "GetItem", "PutItem");
        }
        source.route().values().forEach(this::addTarget);
    }

    /** Whether requests write to the table of a source, and may wait for its targets. */
    private boolean isWrittenHere(SourceSettings source) {
        return settings.resource().values().stream()
                .anyMatch(resource -> resource.table().equals(source.table())
                        && region(resource).equals(region(source)));
    }

    private void addLeases(SourceSettings source, String table) {
        add(source, table, "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Scan", "UpdateItem");
        add(source, table + "/index/" + LeaseTable.INDEX, "Query");
        addCreation(source, table);
        // KCL looks for the tables of its earlier versions.
        add(source, table + "-CoordinatorState", "DescribeTable");
        add(source, table + "-WorkerMetricStats", "DescribeTable");
    }

    private void addTarget(RouteSettings route) {
        boolean tombstones = route.projection().deletes() == DeletePolicy.TOMBSTONE;
        add(route, route.table(), "DeleteItem", "DescribeTable", "PutItem");
        if (tombstones) {
            add(route, route.table(), "DescribeTimeToLive");
        }
        if (route.target().batchSize() > 1) {
            add(route, route.table(), "PartiQLInsert", "PartiQLUpdate");
            if (!tombstones) {
                add(route, route.table(), "PartiQLDelete");
            }
        }
    }

    private void addWrites(ResourceSettings resource) {
        boolean unversioned = resource.document().version().isEmpty();
        addReads(resource, resource.ttl());
        add(resource, resource.table(), "DeleteItem", "PutItem", "UpdateItem");
        if (unversioned) {
            // Puts of a resource with versions have conditions, which a batch cannot have.
            add(resource, resource.table(), "BatchWriteItem");
        }
        if (resource.idempotency().takesKeys()) {
            addOwn(resource, OwnTable.IDEMPOTENCY, "DeleteItem", "GetItem", "PutItem", "UpdateItem");
            if (unversioned && resource.document().refreshed().isEmpty()) {
                add(resource, resource.table(), "ConditionCheckItem");
            }
        }
    }

    private void addReads(ReadSettings resource) {
        addReads(resource, resource.ttl());
    }

    private void addReads(TableSettings table, Optional<String> ttl) {
        add(table, table.table(), "BatchGetItem", "DescribeTable", "GetItem", "Query");
        add(table, table.table() + INDEXES, "Query");
        if (ttl.isEmpty()) {
            add(table, table.table(), "DescribeTimeToLive");
        }
    }

    /** The commands check all tables of the configuration, as a start does. */
    private void addCommands() {
        settings.source().forEach((name, source) -> {
            add(source, source.table(), "BatchGetItem", "DescribeTable", "GetItem", "Scan");
            add(source, source.table() + STREAMS, "DescribeStream", "GetRecords", "GetShardIterator");
            add(source, settings.leaseTable(name), "GetItem", "Scan", "UpdateItem");
            add(source, name(OwnTable.DEAD_LETTERS), "DeleteItem", "DescribeTable", "PutItem", "Query", "UpdateItem");
            add(source, name(OwnTable.LATE_WRITES), "DescribeTable", "PutItem", "Query");
            add(source, name(OwnTable.JOBS), "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query");
            if (isWrittenHere(source)) {
                add(source, name(OwnTable.ACKNOWLEDGEMENTS), "DescribeTable");
            }
            source.route().values().forEach(this::addJobs);
        });
        settings.resource().values().forEach(resource -> {
            add(resource, resource.table(), "DescribeTable");
            if (resource.idempotency().takesKeys()) {
                add(resource, name(OwnTable.IDEMPOTENCY), "DescribeTable");
            }
        });
        settings.read().values().forEach(resource -> add(resource, resource.table(), "DescribeTable"));
    }

    private void addJobs(RouteSettings route) {
        add(route, route.table(), "BatchGetItem", "DescribeTable", "DescribeTimeToLive", "GetItem", "Scan");
        add(route, route.table(), "DeleteItem", "PutItem");
        if (route.target().batchSize() > 1) {
            add(route, route.table(), "PartiQLInsert");
        }
    }

    private void addOwn(TableSettings place, OwnTable table, String... more) {
        add(place, name(table), "DescribeTable");
        add(place, name(table), more);
        addCreation(place, name(table));
        if (table.ttlAttribute().isPresent()) {
            add(place, name(table), "DescribeTimeToLive");
            if (creates) {
                add(place, name(table), "UpdateTimeToLive");
            }
        }
    }

    private void addCreation(TableSettings place, String table) {
        if (creates) {
            add(place, table, "CreateTable");
        }
    }

    private String name(OwnTable table) {
        return table.name(settings.application());
    }

    private void add(TableSettings place, String resource, String... names) {
        add(region(place), resource, Set.copyOf(Arrays.asList(names)));
    }

    private String region(TableSettings place) {
        return place.region().or(settings.aws()::region).orElse("");
    }

    private void add(String region, String resource, Collection<String> names) {
        actions.computeIfAbsent(region, absent -> new TreeMap<>())
                .computeIfAbsent(resource, absent -> new TreeSet<>())
                .addAll(names);
    }
}
