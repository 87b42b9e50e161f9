package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.document.RefusedException;
import dev.tributary.model.KeySchema;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The table of a resource, with the version and precondition rules of its writes.
 *
 * @param resource name in the configuration
 * @param name of the table
 * @param guarded whether requests must name the version of an existing item
 */
record ResourceTable(String resource, String name, KeySchema key, Optional<ItemVersion> version, boolean guarded) {

    /** The key attributes of an item, in the order of the schema. */
    Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        key.attributes().forEach(attribute -> attributes.put(attribute.name(), item.get(attribute.name())));
        return attributes;
    }

    Optional<String> versionOf(Map<String, AttributeValue> item) {
        return version.flatMap(counted -> counted.of(item));
    }

    /**
     * The first call of a change that requires one of several versions; assumes the first of them.
     *
     * @param likely other attributes that the item most likely has
     */
    NextCall begin(ItemChange change, Precondition.Versions named, Map<String, AttributeValue> likely) {
        return version.flatMap(counted -> named.versions().stream()
                        .filter(ItemVersion::isCount)
                        .findFirst()
                        .map(count -> {
                            Map<String, AttributeValue> item = new HashMap<>(likely);
                            item.put(counted.attribute(), AttributeValue.fromN(count));
                            return change.given(Optional.of(item));
                        }))
                .orElseGet(() -> refused(failed("If-Match names no ETag that an item of this path can have.")));
    }

    /** Adds the condition that the item is still in this state. */
    void requireUnchanged(ItemExpression expression, Optional<Map<String, AttributeValue>> current) {
        String partition = expression.name(key.partition().name());
        if (current.isEmpty()) {
            expression.require("attribute_not_exists(" + partition + ")");
            return;
        }
        expression.require("attribute_exists(" + partition + ")");
        version.ifPresent(counted -> {
            String attribute = expression.name(counted.attribute());
            AttributeValue seen = current.get().get(counted.attribute());
            expression.require(
                    seen == null
                            ? "attribute_not_exists(" + attribute + ")"
                            : attribute + "=" + expression.value(seen));
        });
    }

    /** Refuses a precondition on versions that items of this resource do not have. */
    void check(Precondition precondition) throws RefusedException {
        if (precondition instanceof Precondition.Versions && version.isEmpty()) {
            throw new RefusedException(Problem.of(
                    Kind.BAD_PRECONDITION,
                    "The items of this path have no ETag, so If-Match takes only *. An ETag needs the setting write.%s.version."
                            .formatted(resource)));
        }
    }

    /** Also refuses one that leaves nothing to change. */
    void checkOfExisting(Precondition precondition) throws RefusedException {
        check(precondition);
        if (precondition instanceof Precondition.Absent) {
            throw new RefusedException(
                    Problem.of(
                            Kind.BAD_PRECONDITION,
                            "If-None-Match: * requires that the item does not exist, so there is nothing to change. Use it with POST and PUT."));
        }
    }

    /** Whether a write of a whole item under this precondition may take the place of an item. */
    boolean replaces(Precondition precondition) {
        return !(precondition instanceof Precondition.Absent)
                && !(guarded && precondition instanceof Precondition.None);
    }

    /** The problem if the precondition does not hold; empty if it does. */
    Optional<Problem> refusal(Precondition precondition, Optional<Map<String, AttributeValue>> current) {
        if (precondition instanceof Precondition.None) {
            return Optional.empty();
        }
        if (precondition instanceof Precondition.Absent) {
            return current.map(item -> failed("The item is there already, and If-None-Match: * asks that it is not."));
        }
        if (current.isEmpty()) {
            return Optional.of(failed("The item is not there, and If-Match asks that it is."));
        }
        if (precondition instanceof Precondition.Versions named) {
            Optional<String> found = versionOf(current.get());
            return found.filter(named.versions()::contains).isPresent()
                    ? Optional.empty()
                    : Optional.of(failed(
                            "The item has %s, which If-Match does not name. Read the item again before you change it."
                                    .formatted(found.map(count -> "the ETag \"" + count + "\"")
                                            .orElse("no ETag"))));
        }
        return Optional.empty();
    }

    /** Refuses a request that would change an item without naming its version. */
    static NextCall unguarded() {
        return new NextCall.End(new WriteResult.Refused(Problem.of(
                Kind.PRECONDITION_REQUIRED,
                "Expected If-Match with the ETag of the item as it was read, so that no other change is lost.")));
    }

    static NextCall refused(Problem problem) {
        return new NextCall.End(new WriteResult.Refused(problem));
    }

    static Problem failed(String detail) {
        return Problem.of(Kind.PRECONDITION_FAILED, detail);
    }
}
