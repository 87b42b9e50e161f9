package dev.tributary.daemon.policy;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.ResourceSettings;
import dev.tributary.items.query.ReadSettings;
import dev.tributary.model.DeletePolicy;
import dev.tributary.replication.BackfillSettings.BackfillStart;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.stream.read.GapPolicy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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

    private final SortedMap<Table, SortedSet<String>> actions =
            new TreeMap<>(Comparator.comparing((Table table) -> table.role().orElse(""))
                    .thenComparing(table -> table.region().orElse(""))
                    .thenComparing(table -> table.account().orElse(""))
                    .thenComparing(Table::resource));

    private record Table(Optional<String> region, Optional<String> account, Optional<String> role, String resource) {}

    private TablePermissions(Settings settings, boolean creates) {
        this.settings = settings;
        this.creates = creates;
    }

    /**
     * Returns what a program needs, ordered by role, region, account and resource.
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
                .map(table -> new TableAccess(
                        table.getKey().region(),
                        table.getKey().account(),
                        table.getKey().role(),
                        table.getKey().resource(),
                        table.getValue()))
                .toList();
    }

    private void addDaemon() {
        settings.source().values().forEach(this::addReplication);
        settings.resource().values().forEach(this::addWrites);
        settings.read().values().forEach(this::addReads);
    }

    private void addReplication(SourceSettings source) {
        add(source, source.table(), "DescribeTable");
        add(source, source.table() + STREAMS, "DescribeStream", "GetRecords", "GetShardIterator");
        // For the pages that a killed backfill has left.
        add(source, source.table(), "BatchGetItem");
        PlaceSettings own = source.place().withoutRole();
        addLeases(own, settings.leaseTable());
        addOwn(own, OwnTable.DEAD_LETTERS, "ConditionCheckItem", "PutItem", "Query", "UpdateItem");
        addOwn(own, OwnTable.LATE_WRITES, "DeleteItem", "PutItem", "Query");
        addOwn(own, OwnTable.JOBS, "DeleteItem", "GetItem", "PutItem", "Query", "Scan");
        if (settings.isWrittenHere(source)) {
            addOwn(own, OwnTable.ACKNOWLEDGEMENTS, "GetItem", "PutItem");
        }
        source.route().values().forEach(route -> {
            addTarget(route);
            addOwnJobs(source, route);
        });
    }

    /** The jobs that the daemon runs by itself. */
    private void addOwnJobs(SourceSettings source, RouteSettings route) {
        boolean verifies = route.verify().interval().isPresent();
        boolean fills = route.backfill().start() == BackfillStart.AUTO || source.gaps() == GapPolicy.RESYNC;
        if (verifies || fills) {
            add(source, source.table(), "Scan");
            add(route, route.table(), "Scan");
        }
        if (verifies || fills || settings.admin().tokens().given()) {
            // The lock of jobs, and what an operator redrives or discards on the status page.
            add(source.place().withoutRole(), name(OwnTable.DEAD_LETTERS), "DeleteItem");
        }
        if (verifies) {
            add(route, route.table(), "DescribeTimeToLive");
        }
    }

    private void addLeases(PlaceSettings place, String table) {
        add(place, table, "DeleteItem", "DescribeTable", "GetItem", "PartiQLUpdate", "PutItem", "Scan", "UpdateItem");
        add(place, table + "/index/" + LeaseTable.INDEX, "Query");
        addCreation(place, table);
        // KCL looks for the tables of its earlier versions.
        add(place, table + "-CoordinatorState", "DescribeTable");
        add(place, table + "-WorkerMetricStats", "DescribeTable");
    }

    private void addTarget(RouteSettings route) {
        boolean tombstones = route.projection().deletes() == DeletePolicy.TOMBSTONE;
        // Reads are for the pages that a killed backfill has left.
        add(route, route.table(), "BatchGetItem", "DeleteItem", "DescribeTable", "PutItem");
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
            addOwn(resource.place(), OwnTable.IDEMPOTENCY, "DeleteItem", "GetItem", "PutItem", "UpdateItem");
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
            PlaceSettings own = source.place().withoutRole();
            add(source, source.table(), "BatchGetItem", "DescribeTable", "GetItem", "Scan");
            add(source, source.table() + STREAMS, "DescribeStream", "GetRecords", "GetShardIterator");
            add(own, settings.leaseTable(), "DeleteItem", "GetItem", "Scan", "UpdateItem");
            add(own, name(OwnTable.DEAD_LETTERS), "DeleteItem", "DescribeTable", "PutItem", "Query", "UpdateItem");
            add(own, name(OwnTable.LATE_WRITES), "DescribeTable", "PutItem", "Query");
            add(own, name(OwnTable.JOBS), "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query");
            if (settings.isWrittenHere(source)) {
                add(own, name(OwnTable.ACKNOWLEDGEMENTS), "DescribeTable");
            }
            source.route().values().forEach(this::addJobs);
        });
        settings.resource().values().forEach(resource -> {
            add(resource, resource.table(), "DescribeTable");
            if (resource.idempotency().takesKeys()) {
                add(resource.place(), name(OwnTable.IDEMPOTENCY), "DescribeTable");
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

    private void addOwn(PlaceSettings place, OwnTable table, String... more) {
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

    private void addCreation(PlaceSettings place, String table) {
        if (creates) {
            add(place, table, "CreateTable");
        }
    }

    private String name(OwnTable table) {
        return table.name(settings.application());
    }

    private void add(TableSettings table, String resource, String... names) {
        add(table.place(), resource, names);
    }

    private void add(PlaceSettings place, String resource, String... names) {
        Table table = new Table(region(place), place.expectedAccount(), place.role(), resource);
        actions.computeIfAbsent(table, absent -> new TreeSet<>()).addAll(Arrays.asList(names));
    }

    private Optional<String> region(PlaceSettings place) {
        return place.region().or(settings.aws()::region);
    }
}
