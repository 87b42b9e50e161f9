package dev.tributary.items;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Builds the condition and update expressions of one write. Names and values are always placeholders. */
final class ItemExpression {

    /** DynamoDB's limit on one expression, without the part that marks the item of a request that waits. */
    private static final int MAX_BYTES = 4096 - 16;

    private static final int MAX_OPERATORS = 300;

    private static final AttributeValue MAP_TYPE = AttributeValue.fromS("M");

    private final Map<String, String> placeholders = new HashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, AttributeValue> values = new LinkedHashMap<>();
    private final List<String> conditions = new ArrayList<>();
    private final List<String> sets = new ArrayList<>();
    private final List<String> removals = new ArrayList<>();

    String name(String attribute) {
        return placeholders.computeIfAbsent(attribute, absent -> {
            String placeholder = "#" + names.size();
            names.put(placeholder, attribute);
            return placeholder;
        });
    }

    String value(AttributeValue value) {
        String placeholder = ":" + values.size();
        values.put(placeholder, value);
        return placeholder;
    }

    /** The placeholder of the type name M. */
    String mapType() {
        return values.entrySet().stream()
                .filter(entry -> entry.getValue().equals(MAP_TYPE))
                .findFirst()
                .map(Map.Entry::getKey)
                .orElseGet(() -> value(MAP_TYPE));
    }

    void require(String condition) {
        conditions.add(condition);
    }

    /** @param path of placeholders */
    void set(String path, String operand) {
        sets.add(path + "=" + operand);
    }

    /** @param path of placeholders */
    void remove(String path) {
        removals.add(path);
    }

    /** Whether the expressions are within the limits of DynamoDB. */
    boolean fits() {
        return update().orElse("").length() <= MAX_BYTES
                && condition().orElse("").length() <= MAX_BYTES
                && sets.size() + removals.size() + 2 * conditions.size() <= MAX_OPERATORS;
    }

    ItemWrite put(String table, Map<String, AttributeValue> item) {
        return new ItemWrite(ItemWrite.Kind.PUT, table, item, Optional.empty(), condition(), names, values);
    }

    ItemWrite update(String table, Map<String, AttributeValue> key) {
        return new ItemWrite(ItemWrite.Kind.UPDATE, table, key, update(), condition(), names, values);
    }

    ItemWrite delete(String table, Map<String, AttributeValue> key) {
        return new ItemWrite(ItemWrite.Kind.DELETE, table, key, Optional.empty(), condition(), names, values);
    }

    private Optional<String> condition() {
        return conditions.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", conditions));
    }

    private Optional<String> update() {
        List<String> clauses = new ArrayList<>();
        if (!sets.isEmpty()) {
            clauses.add("SET " + String.join(",", sets));
        }
        if (!removals.isEmpty()) {
            clauses.add("REMOVE " + String.join(",", removals));
        }
        return clauses.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", clauses));
    }
}
