package dev.tributary.replication;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

/**
 * A parsed PartiQL statement, for the part of the language that guarded writes use. Anything else is refused, so that no
 * statement passes because it was not understood.
 *
 * @param table that is written
 * @param key of the row, or the whole row for an insert
 * @param condition as a condition expression; empty for an insert
 * @param values of the condition
 * @param set attributes that are set
 * @param removed attributes that are removed
 */
record FakeStatement(
        Kind kind,
        String table,
        Map<String, AttributeValue> key,
        String condition,
        Map<String, String> names,
        Map<String, AttributeValue> values,
        Map<String, AttributeValue> set,
        List<String> removed) {

    enum Kind {
        INSERT,
        UPDATE,
        DELETE
    }

    private static final Pattern INSERT = Pattern.compile("INSERT INTO \"([^\"]+)\" VALUE \\{(.*)}");
    private static final Pattern FIELD = Pattern.compile("'([^']+)': \\?(, |$)");
    private static final Pattern OTHER =
            Pattern.compile("(UPDATE|DELETE FROM) \"([^\"]+)\"((?: (?:SET|REMOVE) \"[^\"]+\"(?: = \\?)?)*) WHERE (.*)");
    private static final Pattern CLAUSE = Pattern.compile(" (SET|REMOVE) \"([^\"]+)\"( = \\?)?");
    private static final Pattern COMPARISON = Pattern.compile("\"([^\"]+)\"(?:\\.\"([^\"]+)\")? (=|<=?) \\?( AND |$)");

    static FakeStatement parse(BatchStatementRequest request) {
        Deque<AttributeValue> parameters = new ArrayDeque<>(request.parameters());
        Matcher insert = INSERT.matcher(request.statement());
        FakeStatement parsed = insert.matches()
                ? new FakeStatement(
                        Kind.INSERT,
                        insert.group(1),
                        fields(insert.group(2), parameters),
                        "",
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        List.of())
                : other(request.statement(), parameters);
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException("Too many parameters: " + request);
        }
        return parsed;
    }

    private static Map<String, AttributeValue> fields(String text, Deque<AttributeValue> parameters) {
        Map<String, AttributeValue> fields = new HashMap<>();
        Matcher field = FIELD.matcher(text);
        int end = 0;
        while (field.find() && field.start() == end) {
            fields.put(field.group(1), parameters.remove());
            end = field.end();
        }
        return requireAll(fields, end, text);
    }

    private static FakeStatement other(String statement, Deque<AttributeValue> parameters) {
        Matcher other = OTHER.matcher(statement);
        if (!other.matches()) {
            throw new IllegalArgumentException("Not understood here: " + statement);
        }
        Map<String, AttributeValue> set = new HashMap<>();
        List<String> removed = new java.util.ArrayList<>();
        Matcher clause = CLAUSE.matcher(other.group(3));
        while (clause.find()) {
            if (clause.group(1).equals("SET")) {
                set.put(clause.group(2), parameters.remove());
            } else {
                removed.add(clause.group(2));
            }
        }
        Map<String, AttributeValue> key = new HashMap<>();
        StringBuilder condition = new StringBuilder();
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        Matcher comparison = COMPARISON.matcher(other.group(4));
        int end = 0;
        while (comparison.find() && comparison.start() == end) {
            end = comparison.end();
            if (comparison.group(2) == null) {
                key.put(comparison.group(1), parameters.remove());
            } else {
                String value = ":v" + values.size();
                values.put(value, parameters.remove());
                names.put("#outer", comparison.group(1));
                names.put("#" + comparison.group(2), comparison.group(2));
                condition
                        .append(condition.isEmpty() ? "" : " AND ")
                        .append("#outer.#" + comparison.group(2) + " " + comparison.group(3) + " " + value);
            }
        }
        requireAll(key, end, other.group(4));
        return new FakeStatement(
                other.group(1).equals("UPDATE") ? Kind.UPDATE : Kind.DELETE,
                other.group(2),
                key,
                condition.toString(),
                names,
                values,
                set,
                removed);
    }

    private static <T> T requireAll(T parsed, int end, String text) {
        if (end != text.length()) {
            throw new IllegalArgumentException("Not understood here: " + text.substring(end));
        }
        return parsed;
    }

    /** The row after the statement, if its condition holds on {@code before}. */
    Map<String, AttributeValue> after(Map<String, AttributeValue> before) {
        return switch (kind) {
            case INSERT -> key;
            case DELETE -> Map.of();
            case UPDATE -> {
                Map<String, AttributeValue> after = new HashMap<>(before);
                after.keySet().removeAll(removed);
                after.putAll(set);
                yield after;
            }
        };
    }
}
