package dev.tributary.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** A query by partition key and optionally by prefix or range of the sort key, both strings. One page. */
final class FakeQuery {

    private static final Pattern CONDITION =
            Pattern.compile("(#\\w+) = (:\\w+)(?: AND (?:begins_with\\((?<prefixed>#\\w+), (?<prefix>:\\w+)\\)"
                    + "|(?<ranged>#\\w+) BETWEEN (?<first>:\\w+) AND (?<last>:\\w+)))?");

    /** By expression: simulations repeat few expressions very often. */
    private static final Map<String, Placeholders> PARSED = new ConcurrentHashMap<>();

    private final QueryRequest request;

    /** The placeholders of a key condition; {@code sort} and the others are empty where there is no such condition. */
    private record Placeholders(String partition, String value, String sort, String prefix, String first, String last) {

        static Placeholders of(String expression) {
            Matcher condition = CONDITION.matcher(expression);
            if (!condition.matches()) {
                throw new IllegalArgumentException("Not understood here: " + expression);
            }
            String prefixed = orEmpty(condition.group("prefixed"));
            return new Placeholders(
                    condition.group(1),
                    condition.group(2),
                    prefixed.isEmpty() ? orEmpty(condition.group("ranged")) : prefixed,
                    orEmpty(condition.group("prefix")),
                    orEmpty(condition.group("first")),
                    orEmpty(condition.group("last")));
        }

        private static String orEmpty(String group) {
            return group == null ? "" : group;
        }
    }

    FakeQuery(QueryRequest request) {
        this.request = request;
    }

    List<Map<String, AttributeValue>> run(Collection<Map<String, AttributeValue>> rows) {
        if (!request.consistentRead()) {
            throw new IllegalArgumentException("Not understood here: a read that may be old");
        }
        Placeholders given = PARSED.computeIfAbsent(request.keyConditionExpression(), Placeholders::of);
        String partition = name(given.partition());
        String value = value(given.value());
        String sort = given.sort().isEmpty() ? "position" : name(given.sort());
        Predicate<String> inRange = inRange(given);
        List<Map<String, AttributeValue>> found = new ArrayList<>();
        for (Map<String, AttributeValue> row : rows) {
            if (row.get(partition).s().equals(value)
                    && inRange.test(row.get(sort).s())) {
                found.add(row);
            }
        }
        Comparator<Map<String, AttributeValue>> order =
                Comparator.comparing(row -> row.get(sort).s());
        found.sort(Boolean.FALSE.equals(request.scanIndexForward()) ? order.reversed() : order);
        return request.limit() == null || request.limit() >= found.size() ? found : found.subList(0, request.limit());
    }

    private Predicate<String> inRange(Placeholders given) {
        if (!given.prefix().isEmpty()) {
            String prefix = value(given.prefix());
            return value -> value.startsWith(prefix);
        }
        if (!given.first().isEmpty()) {
            String first = value(given.first());
            String last = value(given.last());
            return value -> value.compareTo(first) >= 0 && value.compareTo(last) <= 0;
        }
        return value -> !value.isEmpty();
    }

    private String name(String placeholder) {
        return request.expressionAttributeNames().get(placeholder);
    }

    private String value(String placeholder) {
        return request.expressionAttributeValues().get(placeholder).s();
    }
}
