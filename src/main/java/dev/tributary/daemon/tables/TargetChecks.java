package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.model.AttributeType;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.table.Policies.Tombstones;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Checks the target tables: their keys, the types of the key attributes that are copied, and the TTL of tombstones.
 *
 * @param described the tables that exist, by the key prefix of their settings
 */
record TargetChecks(Map<String, DescribedTable> described, Clients clients, TableProblems problems) {

    void run(Settings settings) {
        settings.source().forEach((name, source) -> source.route().forEach((routeName, route) -> {
            String prefix = CheckedTables.prefix(name, routeName);
            DescribedTable target = described.get(prefix);
            if (target != null) {
                new TargetKeyChecks(prefix, route, target, problems).run();
                checkTombstones(prefix, route, target);
                Optional.ofNullable(described.get(CheckedTables.prefix(name)))
                        .ifPresent(from -> checkCopiedTypes(prefix, source, from, route, target));
            }
        }));
    }

    private void checkCopiedTypes(
            String prefix, SourceSettings source, DescribedTable from, RouteSettings route, DescribedTable target) {
        for (KeyAttribute key : target.key().attributes()) {
            AttributeType type = from.types().get(key.name());
            if (!route.projection().key().containsKey(key.name()) && type != null && type != key.type()) {
                problems.add(
                        prefix + ".table",
                        route.table(),
                        "its key attribute " + key.name() + " is of type " + key.type() + ", but of type " + type
                                + " in source table " + source.table() + "; the types must be the same");
            }
        }
    }

    /** A tombstone needs a TTL attribute that can hold its expiry; without one it is never deleted. */
    private void checkTombstones(String prefix, RouteSettings route, DescribedTable target) {
        if (route.projection().deletes() != DeletePolicy.TOMBSTONE) {
            return;
        }
        String attribute = Tombstones.of(route.target()).ttlAttribute();
        if (target.types().getOrDefault(attribute, AttributeType.N) != AttributeType.N
                || target.key().attributes().stream().anyMatch(key -> key.name().equals(attribute))) {
            problems.add(
                    prefix + ".tombstone-attribute",
                    attribute,
                    "it holds the expiry of tombstones, and it is a key attribute of target table " + route.table()
                            + " or, with another type than N, of one of its indexes; name the table's TTL attribute");
            return;
        }
        try {
            checkTtl(prefix, route, attribute);
        } catch (SdkException e) {
            problems.addFailure(
                    prefix + ".deletes",
                    "tombstone",
                    "the TTL of table " + route.table() + " could not be described",
                    "DescribeTimeToLive",
                    route.table(),
                    e);
        }
    }

    private void checkTtl(String prefix, RouteSettings route, String attribute) {
        Optional<String> enabled = Calls.join(new TableControl(clients.control(route), route.table()).ttlAttribute());
        if (enabled.equals(Optional.of(attribute))) {
            return;
        }
        String remedy = enabled.map(
                        other -> "its TTL attribute is " + other + "; set " + prefix + ".tombstone-attribute=" + other)
                .orElseGet(() -> "enable its TTL: aws dynamodb update-time-to-live --table-name " + route.table()
                        + " --time-to-live-specification Enabled=true,AttributeName=" + attribute);
        problems.add(
                prefix + ".deletes",
                "tombstone",
                "tombstones would never be deleted from target table " + route.table() + "; " + remedy);
    }
}
