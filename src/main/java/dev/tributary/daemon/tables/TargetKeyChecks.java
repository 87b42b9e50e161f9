package dev.tributary.daemon.tables;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.KeyTemplate;
import dev.tributary.projection.Projection;
import dev.tributary.replication.RouteSettings;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Checks that a route yields the key of its target: each key attribute is copied or has a template, and no template is
 * for another attribute.
 *
 * @param prefix of the keys of the route's settings
 */
record TargetKeyChecks(String prefix, RouteSettings route, DescribedTable target, TableProblems problems) {

    void run() {
        checkPlaceholders();
        Projection projection = new Projection(route.projection(), target.key());
        target.key().attributes().forEach(key -> checkSource(key, projection));
        checkTemplatedAttributes();
    }

    private void checkPlaceholders() {
        route.projection().key().forEach((attribute, template) -> template.placeholders().stream()
                .map(KeyTemplate.Placeholder::attribute)
                .filter(VersionStamp.RESERVED::contains)
                .forEach(reserved -> problems.add(
                        prefix + ".key." + attribute,
                        template,
                        "the template names " + reserved
                                + ", which is reserved for replication; name another attribute")));
    }

    private void checkSource(KeyAttribute key, Projection projection) {
        if (projection.makes(key.name())) {
            checkTemplateType(key);
        } else if (!projection.selects(key.name())) {
            boolean excluded = route.projection()
                    .exclude()
                    .filter(names -> names.contains(key.name()))
                    .isPresent();
            problems.add(
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
    }

    private void checkTemplateType(KeyAttribute key) {
        if (key.type() != AttributeType.S) {
            problems.add(
                    prefix + ".key." + key.name(),
                    Objects.requireNonNull(route.projection().key().get(key.name())),
                    "a template makes a value of type S, and key attribute " + key.name() + " of target table "
                            + route.table() + " is of type " + key.type()
                            + "; copy it, or use a table whose key attribute is of type S");
        }
    }

    private void checkTemplatedAttributes() {
        Set<String> keyAttributes =
                target.key().attributes().stream().map(KeyAttribute::name).collect(Collectors.toSet());
        Set<String> others = new TreeSet<>(route.projection().key().keySet());
        others.removeAll(keyAttributes);
        for (String other : others) {
            problems.add(
                    prefix + ".key." + other,
                    Objects.requireNonNull(route.projection().key().get(other)),
                    other + " is no key attribute of target table " + route.table()
                            + "; give the template the name of one of them: "
                            + target.key().attributes().stream()
                                    .map(KeyAttribute::name)
                                    .collect(Collectors.joining(" or ")));
        }
    }
}
