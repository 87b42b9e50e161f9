package dev.tributary.daemon;

import dev.tributary.config.DeletePolicy;
import dev.tributary.config.KeyTemplate;
import dev.tributary.config.ResourceSettings;
import dev.tributary.config.RouteSettings;
import dev.tributary.config.SourceSettings;
import dev.tributary.config.TableSettings;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.document.InvalidResourceException;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.Resource;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.table.Policies.Tombstones;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Holds the configuration against the tables as they are, and collects everything that does not fit. */
public final class TableChecks {

    private final Clients clients;
    private final TableDescriptions descriptions;
    private final Map<String, DescribedTable> tables = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** Places that gave no answer, and why: each is reported once, not with each of its tables. */
    private final Map<String, String> silent = new TreeMap<>();

    /** What a start does to tables, for people. */
    private final Set<String> plans = new LinkedHashSet<>();

    /** Whether a problem may be gone at the next start, so that a supervisor should try. */
    private boolean mayPass;

    TableChecks(Clients clients) {
        this.clients = clients;
        this.descriptions = new TableDescriptions(clients);
    }

    /**
     * Describes every table that the settings name and checks it.
     *
     * @throws StartException with all problems, one a line, if there is any
     */
    public static TableChecks run(Settings settings, Clients clients) throws StartException {
        TableChecks checks = new TableChecks(clients);
        checks.askAll(settings);
        settings.source().forEach((name, source) -> checks.source(name, source, settings.leaseTable(name)));
        checks.loops(settings);
        settings.resource().forEach(checks::write);
        checks.keys(settings);
        checks.deadLetters(settings);
        checks.refuse();
        return checks;
    }

    /**
     * The same for the target of one route alone.
     *
     * @throws StartException with all problems, one a line, if there is any
     */
    public static TableChecks ofTarget(String source, String name, RouteSettings route, Clients clients)
            throws StartException {
        TableChecks checks = new TableChecks(clients);
        String prefix = prefix(source, name);
        checks.describe(prefix, route).ifPresent(target -> checks.key(prefix, route, target));
        checks.refuse();
        return checks;
    }

    private void askAll(Settings settings) {
        settings.source().values().forEach(source -> {
            descriptions.ask(source, source.table());
            source.route().values().forEach(route -> descriptions.ask(route, route.table()));
        });
        String keys = IdempotencyTables.name(settings.application());
        settings.resource().values().forEach(write -> {
            descriptions.ask(write, write.table());
            if (IdempotencyTables.isUsed(write)) {
                descriptions.ask(write, keys);
            }
        });
    }

    private void refuse() throws StartException {
        if (problems.isEmpty() && silent.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        silent.forEach((place, why) -> lines.add("DynamoDB in " + place
                + " does not answer, so its tables could not be checked. Check the network, the endpoint, the region"
                + " and the credentials: " + why));
        if (!problems.isEmpty()) {
            lines.add("The tables are not as the configuration needs them:\n  " + String.join("\n  ", problems));
        }
        throw new StartException(mayPass ? ExitCode.FAILED : ExitCode.TABLES, String.join("\n", lines));
    }

    /** The projection of a route to a target that was checked. */
    public Projection projection(String source, String name, RouteSettings route) {
        return new Projection(route.projection(), table(prefix(source, name)).key());
    }

    /** A table that was checked, by the key prefix of its settings. */
    DescribedTable table(String prefix) {
        return Optional.ofNullable(tables.get(prefix)).orElseThrow();
    }

    static String prefix(String source) {
        return "source." + source;
    }

    static String prefix(String source, String route) {
        return prefix(source) + ".route." + route;
    }

    static String writePrefix(String write) {
        return "write." + write;
    }

    /** Routes whose changes would come back for ever; one table may be named by several endpoints and regions. */
    private void loops(Settings settings) {
        TableGraph graph = new TableGraph();
        eachRoute(settings, (prefix, route, source, target) -> graph.add(source, target));
        eachRoute(settings, (prefix, route, source, target) -> {
            if (graph.leadsBack(source, target)) {
                problem(
                        prefix + ".table",
                        route.table(),
                        "it is the source's own table, or leads back to it: a loop; name a table that feeds no source"
                                + " of this one");
            }
        });
    }

    private interface RouteVisitor {
        void visit(String prefix, RouteSettings route, String source, String target);
    }

    /** Those of which both tables are there, with the identities of the tables. */
    private void eachRoute(Settings settings, RouteVisitor visitor) {
        settings.source().forEach((name, source) -> source.route().forEach((routeName, route) -> {
            String prefix = prefix(name, routeName);
            DescribedTable from = tables.get(prefix(name));
            DescribedTable to = tables.get(prefix);
            if (from != null && to != null) {
                visitor.visit(prefix, route, from.identity(), to.identity());
            }
        }));
    }

    private void source(String name, SourceSettings settings, String leaseTable) {
        String prefix = prefix(name);
        Optional<DescribedTable> source = describe(prefix, settings);
        source.ifPresent(table -> stream(prefix, settings, table, leaseTable));
        settings.route().forEach((routeName, route) -> {
            String routePrefix = prefix(name, routeName);
            describe(routePrefix, route).ifPresent(target -> {
                key(routePrefix, route, target);
                tombstones(routePrefix, route, target);
                source.ifPresent(from ->
                        keyAttributes(target).forEach(key -> sameType(routePrefix, settings, from, route, key)));
            });
        });
    }

    private void write(String name, ResourceSettings settings) {
        describe(writePrefix(name), settings).ifPresent(table -> {
            try {
                Resource.check(name, settings, table.key());
            } catch (InvalidResourceException e) {
                problems.addAll(e.errors());
            }
        });
    }

    /** The table of idempotency keys in each place: its key is ours to choose. */
    private void keys(Settings settings) {
        String name = IdempotencyTables.name(settings.application());
        settings.resource().values().stream()
                .filter(IdempotencyTables::isUsed)
                .collect(Collectors.toMap(clients::place, write -> write, (one, same) -> one))
                .forEach((place, write) -> keys(name, place, write));
    }

    private void keys(String name, String place, TableSettings write) {
        try {
            KeySchema key = descriptions.of(write, name).join().key();
            if (!key.equals(IdempotencyTable.KEY)) {
                problem(
                        "application",
                        name.substring(0, name.length() - IdempotencyTables.SUFFIX.length()),
                        "its table of idempotency keys " + name + " in " + place + " exists with another key than "
                                + IdempotencyTable.KEY.partition().name() + ":"
                                + IdempotencyTable.KEY.partition().type()
                                + "; delete it if it is nothing else, or choose another application name");
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
                plans.add("A start makes table " + name + " in " + place + ", for idempotency keys.");
            } // whatever else is wrong with it stops no start, and is said there
        } catch (SdkClientException e) {
            return; // said of the route's table
        }
    }

    /** The table of dead letters in each place where a source is: every change waits for it where it cannot be read. */
    private void deadLetters(Settings settings) {
        String name = DeadLetterTables.name(settings.application());
        settings.source().values().stream()
                .collect(Collectors.toMap(clients::place, source -> source, (one, same) -> one))
                .forEach((place, source) -> deadLetters(name, place, settings.application(), source));
    }

    private void deadLetters(String name, String place, String application, TableSettings source) {
        try {
            KeySchema key = descriptions.of(source, name).join().key();
            if (!key.equals(DeadLetterTable.KEY)) {
                problem(
                        "application",
                        application,
                        "its dead-letter table " + name + " in " + place + " has another key than partition:S,"
                                + " position:S, so this version cannot read it; if an earlier version made it (key"
                                + " route:S, position:S), redrive or discard its dead letters with that version and"
                                + " delete the table, otherwise choose another application name");
            }
        } catch (CompletionException | SdkClientException e) {
            return; // missing: a start makes it; whatever else is wrong stops no start, and health tells of it
        }
    }

    /** What a start does to tables, for people. */
    public Set<String> plans() {
        return Collections.unmodifiableSet(plans);
    }

    private void stream(String prefix, SourceSettings settings, DescribedTable table, String leaseTable) {
        if (table.streamArn().isEmpty() || table.viewType().isEmpty()) {
            if (wasRead(settings, leaseTable)) {
                return; // what is left in the last stream can be read for 24 hours, and health says the rest
            }
            problem(
                    prefix + ".table",
                    settings.table(),
                    "the table has no stream; enable one with view type NEW_AND_OLD_IMAGES");
        } else if (table.viewType().get() != StreamViewType.NEW_AND_OLD_IMAGES) {
            problem(
                    prefix + ".table",
                    settings.table(),
                    "its stream has view type " + table.viewType().get()
                            + ", and replication needs NEW_AND_OLD_IMAGES; disable the stream and enable a new one,"
                            + " because a view type cannot be changed");
        }
    }

    /** Each key attribute is copied, or made by a template; and templates make nothing else. */
    private void key(String prefix, RouteSettings route, DescribedTable target) {
        route.projection().key().forEach((attribute, template) -> template.parts().stream()
                .filter(part -> part instanceof KeyTemplate.Placeholder placeholder
                        && VersionStamp.RESERVED.contains(placeholder.attribute()))
                .forEach(part -> problem(
                        prefix + ".key." + attribute,
                        template,
                        "the template names "
                                + ((KeyTemplate.Placeholder) part).attribute()
                                + ", which is reserved for replication; name another attribute")));
        keyAttributes(target).forEach(key -> selected(prefix, route, target, key));
        Set<String> others = new TreeSet<>(route.projection().key().keySet());
        keyAttributes(target).map(KeyAttribute::name).forEach(others::remove);
        for (String other : others) {
            problem(
                    prefix + ".key." + other,
                    Objects.requireNonNull(route.projection().key().get(other)),
                    other + " is no key attribute of target table " + route.table()
                            + "; give the template the name of one of them: "
                            + keyAttributes(target).map(KeyAttribute::name).collect(Collectors.joining(" or ")));
        }
    }

    /** Or tombstones would stay for ever, or could not be written. */
    private void tombstones(String prefix, RouteSettings route, DescribedTable target) {
        if (route.projection().deletes() != DeletePolicy.TOMBSTONE) {
            return;
        }
        String attribute = Tombstones.of(route.target()).ttlAttribute();
        if (target.types().getOrDefault(attribute, AttributeType.N) != AttributeType.N
                || keyAttributes(target).anyMatch(key -> key.name().equals(attribute))) {
            problem(
                    prefix + ".tombstone-attribute",
                    attribute,
                    "tombstones have a time there, and it is a key attribute of target table " + route.table()
                            + " or, with another type than N, of one of its indexes; name the table's TTL attribute");
            return;
        }
        timeToLive(prefix, route)
                .filter(on -> !on.equals(Optional.of(attribute)))
                .ifPresent(on -> {
                    String remedy = on.<String>map(other -> "its TTL attribute is " + other + "; set " + prefix
                                    + ".tombstone-attribute=" + other)
                            .orElseGet(() ->
                                    "turn its TTL on: aws dynamodb update-time-to-live --table-name " + route.table()
                                            + " --time-to-live-specification Enabled=true,AttributeName=" + attribute);
                    problem(
                            prefix + ".deletes",
                            "tombstone",
                            "nothing would ever take the tombstones out of target table " + route.table() + "; "
                                    + remedy);
                });
    }

    /** The target's TTL attribute, or that it has none; empty if nobody knows, and then the problem is noted. */
    private Optional<Optional<String>> timeToLive(String prefix, RouteSettings route) {
        try {
            TimeToLiveDescription ttl = clients.control(route)
                    .describeTimeToLive(request -> request.tableName(route.table()))
                    .join()
                    .timeToLiveDescription();
            boolean on = ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLED
                    || ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLING;
            return Optional.of(Optional.ofNullable(ttl.attributeName()).filter(attribute -> on));
        } catch (CompletionException e) {
            failed(
                    prefix + ".deletes",
                    "tombstone",
                    "nobody knows whether the TTL of table " + route.table() + " is on",
                    e);
            return Optional.empty();
        }
    }

    private void textual(String prefix, RouteSettings route, KeyAttribute key) {
        if (key.type() != AttributeType.S) {
            problem(
                    prefix + ".key." + key.name(),
                    Objects.requireNonNull(route.projection().key().get(key.name())),
                    "a template makes text, and key attribute " + key.name() + " of target table " + route.table()
                            + " is of type " + key.type()
                            + "; copy it, or use a table whose key attribute is of type S");
        }
    }

    private boolean wasRead(SourceSettings settings, String leaseTable) {
        try {
            return new SourceState(clients.control(settings), leaseTable).read().isPresent();
        } catch (CompletionException e) {
            return false; // there is no lease table, or what is wrong with it is said when it is prepared
        }
    }

    private void selected(String prefix, RouteSettings route, DescribedTable target, KeyAttribute key) {
        Projection projection = new Projection(route.projection(), target.key());
        if (projection.makes(key.name())) {
            textual(prefix, route, key);
            return;
        }
        if (projection.selects(key.name())) {
            return;
        }
        boolean excluded = route.projection()
                .exclude()
                .filter(names -> names.contains(key.name()))
                .isPresent();
        problem(
                prefix + (excluded ? ".exclude" : ".include"),
                String.join(
                        ",",
                        (excluded
                                        ? route.projection().exclude()
                                        : route.projection().include())
                                .orElse(Set.of())),
                "key attribute " + key.name() + " of target table " + route.table() + " is not selected; "
                        + (excluded ? "take it out" : "add it"));
    }

    private void sameType(
            String prefix, SourceSettings source, DescribedTable from, RouteSettings route, KeyAttribute key) {
        AttributeType type = from.types().get(key.name());
        if (!route.projection().key().containsKey(key.name()) && type != null && type != key.type()) {
            problem(
                    prefix + ".table",
                    route.table(),
                    "its key attribute " + key.name() + " is of type " + key.type() + ", but of type " + type
                            + " in source table " + source.table() + "; the types must be the same");
        }
    }

    private Optional<DescribedTable> describe(String prefix, TableSettings settings) {
        try {
            DescribedTable table = descriptions.of(settings, settings.table()).join();
            tables.put(prefix, table);
            return Optional.of(table);
        } catch (CompletionException e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
                problem(
                        prefix + ".table",
                        settings.table(),
                        "there is no such table in " + clients.place(settings)
                                + "; create it, or correct the name, the region or the endpoint");
            } else if (e.getCause() instanceof SdkClientException noAnswer) {
                mayPass = true;
                silent.putIfAbsent(clients.place(settings), String.valueOf(noAnswer.getMessage()));
            } else {
                failed(
                        prefix + ".table",
                        settings.table(),
                        "the table in " + clients.place(settings) + " could not be described",
                        e);
            }
        } catch (SdkClientException e) {
            problem(prefix + ".table", settings.table(), "no client for its table: " + e.getMessage());
        }
        return Optional.empty();
    }

    private void failed(String key, Object value, String problem, CompletionException thrown) {
        WriteFailure failure = WriteFailure.of(thrown);
        mayPass |= failure.kind() == WriteFailure.Kind.CAPACITY;
        problem(key, value, problem + ": " + failure.message());
    }

    private static Stream<KeyAttribute> keyAttributes(DescribedTable table) {
        return Stream.concat(Stream.of(table.key().partition()), table.key().sort().stream());
    }

    private void problem(String key, Object value, String problem) {
        problems.add(key + " = " + value + ": " + problem);
    }
}
