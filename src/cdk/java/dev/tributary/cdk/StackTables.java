package dev.tributary.cdk;

import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TableAccess;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.OwnTable;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.stream.lease.LeaseTable;
import dev.tributary.table.Policies.Tombstones;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.BillingMode;
import software.amazon.awscdk.services.dynamodb.GlobalSecondaryIndexProps;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.ProjectionType;
import software.amazon.awscdk.services.dynamodb.StreamViewType;
import software.amazon.awscdk.services.dynamodb.Table;

/**
 * The tables of a stack: those that the configuration declares, and the daemon's own, which the daemon then need not
 * create. Other tables of the configuration exist already, and the stack does not touch them.
 */
final class StackTables {

    private final Stack stack;
    private final Settings settings;
    private final boolean keep;
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** The daemon's tables that are not in the region and the account of the stack, each with its place. */
    private final SortedSet<String> elsewhere = new TreeSet<>();

    /**
     * @param keep whether the tables outlive the stack
     */
    StackTables(Stack stack, Settings settings, boolean keep) {
        this.stack = stack;
        this.settings = settings;
        this.keep = keep;
        settings.table().forEach(this::addDeclared);
        Map<String, List<TableAccess>> needed = TablePermissions.of(settings, Program.DAEMON, true).stream()
                .collect(Collectors.groupingBy(TableAccess::resource));
        Arrays.stream(OwnTable.values())
                .filter(own -> isNeeded(own.name(settings.application()), needed))
                .forEach(this::addOwn);
        if (isNeeded(settings.leaseTable(), needed)) {
            addLeases(settings.leaseTable());
        }
        if (!elsewhere.isEmpty()) {
            Annotations.of(stack)
                    .addWarning(
                            "The daemon's tables are where its sources and resources are. The stack does not make those of"
                                    + " another region or account, and they have to exist: "
                                    + String.join(", ", elsewhere));
        }
    }

    /** Whether a table of the daemon is needed in the region and the account of the stack; notes where else it is needed. */
    private boolean isNeeded(String own, Map<String, List<TableAccess>> needed) {
        boolean here = false;
        for (TableAccess table : needed.getOrDefault(own, List.of())) {
            if (table.role().isPresent() || table.region().filter(this::isOther).isPresent()) {
                elsewhere.add(own + " in " + table.role().or(table::region).orElseThrow());
            } else {
                here = true;
            }
        }
        return here;
    }

    private boolean isOther(String region) {
        return !Token.isUnresolved(stack.getRegion()) && !region.equals(stack.getRegion());
    }

    /** The declared tables, by the id of their constructs. */
    Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        settings.table().keySet().forEach(name -> names.put(id(name), name));
        return names;
    }

    /** All tables of the stack. */
    Iterable<Table> all() {
        return tables.values();
    }

    private void addDeclared(String name, DeclaredTable declared) {
        Table.Builder table = table(name, declared.key());
        if (declared.stream()) {
            table.stream(StreamViewType.NEW_AND_OLD_IMAGES);
        }
        declared.ttl().or(() -> tombstones(name)).ifPresent(table::timeToLiveAttribute);
        tables.put(name, table.build());
    }

    /** The TTL attribute of the tombstones that a route leaves in the table. */
    private Optional<String> tombstones(String name) {
        return settings.source().values().stream()
                .flatMap(source -> source.route().values().stream())
                .filter(route -> route.table().equals(name))
                .filter(route -> route.projection().deletes() == DeletePolicy.TOMBSTONE)
                .map(route -> Tombstones.of(route.target()).ttlAttribute())
                .findFirst();
    }

    private void addOwn(OwnTable own) {
        String name = own.name(settings.application());
        Table.Builder table = table(name, own.key());
        own.ttlAttribute().ifPresent(table::timeToLiveAttribute);
        tables.put(name, table.build());
    }

    private void addLeases(String name) {
        if (tables.containsKey(name)) {
            return;
        }
        TableDefinition definition = LeaseTable.DEFINITION;
        Table table = table(name, definition.key()).build();
        definition.indexes().forEach((index, key) -> {
            GlobalSecondaryIndexProps.Builder props = GlobalSecondaryIndexProps.builder()
                    .indexName(index)
                    .partitionKey(attribute(key.partition()))
                    .projectionType(ProjectionType.KEYS_ONLY);
            key.sort().map(StackTables::attribute).ifPresent(props::sortKey);
            table.addGlobalSecondaryIndex(props.build());
        });
        tables.put(name, table);
    }

    private Table.Builder table(String name, KeySchema key) {
        Table.Builder table = Table.Builder.create(stack, id(name))
                .tableName(name)
                .partitionKey(attribute(key.partition()))
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .removalPolicy(keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY)
                .deletionProtection(keep)
                .pointInTimeRecoverySpecification(PointInTimeRecoverySpecification.builder()
                        .pointInTimeRecoveryEnabled(keep)
                        .build());
        key.sort().map(StackTables::attribute).ifPresent(table::sortKey);
        return table;
    }

    private static Attribute attribute(KeyAttribute key) {
        return Attribute.builder()
                .name(key.name())
                .type(
                        switch (key.type()) {
                            case S -> AttributeType.STRING;
                            case N -> AttributeType.NUMBER;
                            default -> AttributeType.BINARY;
                        })
                .build();
    }

    /** The name in the form of ids: without characters between words. */
    private static String id(String table) {
        StringBuilder id = new StringBuilder();
        for (String word : table.split("[^A-Za-z0-9]+", -1)) {
            if (!word.isEmpty()) {
                id.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return id.toString();
    }
}
