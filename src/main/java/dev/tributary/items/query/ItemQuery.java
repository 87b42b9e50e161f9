package dev.tributary.items.query;

import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * A query by the key of a table or of an index.
 *
 * @param equal the values of the partition key, and of the sort key attributes that have one
 * @param condition on the next sort key attribute
 * @param ascending whether items come in the order of the sort key, or in the reverse one
 * @param limit most items of a page
 * @param consistent whether the read reflects all writes that were answered before it
 */
public record ItemQuery(
        QueryKey key,
        Map<String, AttributeValue> equal,
        Optional<SortCondition> condition,
        boolean ascending,
        int limit,
        boolean consistent,
        FieldSelection fields) {

    /** Items of a page if the request does not say. */
    public static final int USUAL_LIMIT = 100;

    /** Most items of a page. */
    public static final int MAX_LIMIT = 1000;

    public ItemQuery {
        equal = Collections.unmodifiableMap(new LinkedHashMap<>(equal));
    }

    /**
     * The key attributes of an item that the query leaves open: those that its place in the result is made of.
     *
     * @param table the key of the table
     */
    List<KeyAttribute> open(KeySchema table) {
        return Stream.concat(key.attributes().stream(), table.attributes().stream())
                .filter(attribute -> !equal.containsKey(attribute.name()))
                .distinct()
                .toList();
    }

    /**
     * The call that reads on.
     *
     * @param after the item to begin behind; empty to begin at the first
     * @param needed attributes that the server needs besides those that were asked for
     */
    QueryRequest.Builder request(
            String table, Optional<Map<String, AttributeValue>> after, List<String> needed, int most) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        List<String> conditions = new ArrayList<>();
        equal.forEach((name, value) -> conditions.add(name(name, names) + "=" + value(value, values)));
        condition.ifPresent(range -> conditions.add(range.operator()
                .expression(Stream.concat(
                                Stream.of(name(range.attribute().name(), names)),
                                range.operands().stream().map(operand -> value(operand, values)))
                        .toArray())));
        QueryRequest.Builder request = QueryRequest.builder()
                .tableName(table)
                .keyConditionExpression(String.join(" AND ", conditions))
                .expressionAttributeValues(values)
                .scanIndexForward(ascending)
                .consistentRead(consistent)
                .limit(most);
        key.index().ifPresent(request::indexName);
        after.ifPresent(request::exclusiveStartKey);
        fields.expression(needed).ifPresent(projection -> {
            names.putAll(projection.names());
            request.projectionExpression(projection.text());
        });
        return request.expressionAttributeNames(names);
    }

    private static String name(String attribute, Map<String, String> names) {
        String placeholder = "#k" + names.size();
        names.put(placeholder, attribute);
        return placeholder;
    }

    private static String value(AttributeValue value, Map<String, AttributeValue> values) {
        String placeholder = ":" + values.size();
        values.put(placeholder, value);
        return placeholder;
    }

    /** The names only: values may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "ItemQuery[%s %s %s]".formatted(key.index().orElse("table"), equal.keySet(), condition);
    }
}
