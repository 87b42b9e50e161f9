package dev.tributary.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Evaluates a condition expression on a row as DynamoDB does, for the part of its grammar that guards use:
 * attribute_exists and attribute_not_exists, comparisons of nested attributes, AND, OR and parentheses.
 *
 * <p>Anything else is refused, so that no guard passes because it was not understood.
 */
final class ConditionExpression {

    private static final Pattern TOKEN = Pattern.compile("<>|<=|>=|[=<>().]|[#:]?\\w+");

    private static final Map<String, List<String>> TOKENS = new ConcurrentHashMap<>();

    private final List<String> tokens;
    private final Map<String, String> names;
    private final Map<String, AttributeValue> values;
    private final Map<String, AttributeValue> row;
    private final Set<String> used = new HashSet<>();
    private int position;

    private ConditionExpression(
            String expression,
            Map<String, String> names,
            Map<String, AttributeValue> values,
            Map<String, AttributeValue> row) {
        this.tokens = TOKENS.computeIfAbsent(expression, ConditionExpression::tokens);
        this.names = names;
        this.values = values;
        this.row = row;
    }

    /**
     * Whether the condition holds.
     *
     * @param row empty if there is none
     * @throws IllegalArgumentException if the expression is outside the grammar, or leaves a name or value unused
     */
    static boolean holds(
            String expression,
            Map<String, String> names,
            Map<String, AttributeValue> values,
            Map<String, AttributeValue> row) {
        ConditionExpression condition = new ConditionExpression(expression, names, values, row);
        boolean holds = condition.disjunction();
        Set<String> given = new HashSet<>(names.keySet());
        given.addAll(values.keySet());
        if (condition.position < condition.tokens.size() || !condition.used.equals(given)) {
            throw new IllegalArgumentException("Not valid: " + expression + " with " + given);
        }
        return holds;
    }

    private boolean disjunction() {
        boolean holds = conjunction();
        while (accept("OR")) {
            holds |= conjunction();
        }
        return holds;
    }

    private boolean conjunction() {
        boolean holds = predicate();
        while (accept("AND")) {
            holds &= predicate();
        }
        return holds;
    }

    private boolean predicate() {
        if (accept("(")) {
            boolean holds = disjunction();
            expect(")");
            return holds;
        }
        if (accept("attribute_not_exists")) {
            return argument().isEmpty();
        }
        if (accept("attribute_exists")) {
            return argument().isPresent();
        }
        Optional<AttributeValue> left = operand();
        String operator = next();
        Optional<AttributeValue> right = operand();
        if (operator.equals("<>")) {
            return !left.equals(right);
        }
        OptionalInt order =
                left.isPresent() && right.isPresent() ? order(left.get(), right.get()) : OptionalInt.empty();
        return switch (operator) {
            case "=" -> left.isPresent() && left.equals(right);
            case "<" -> order.isPresent() && order.getAsInt() < 0;
            case "<=" -> order.isPresent() && order.getAsInt() <= 0;
            case ">" -> order.isPresent() && order.getAsInt() > 0;
            case ">=" -> order.isPresent() && order.getAsInt() >= 0;
            default -> throw new IllegalArgumentException("No comparison: " + operator);
        };
    }

    private Optional<AttributeValue> argument() {
        expect("(");
        Optional<AttributeValue> value = operand();
        expect(")");
        return value;
    }

    private Optional<AttributeValue> operand() {
        String token = next();
        if (token.startsWith(":")) {
            used.add(token);
            return Optional.of(required(values, token));
        }
        Optional<AttributeValue> value = Optional.ofNullable(row.get(name(token)));
        while (accept(".")) {
            String member = name(next());
            value = value.filter(AttributeValue::hasM).map(map -> map.m().get(member));
        }
        return value;
    }

    private String name(String token) {
        if (!token.startsWith("#")) {
            throw new IllegalArgumentException("An attribute is named by a placeholder here, not: " + token);
        }
        used.add(token);
        return required(names, token);
    }

    private static List<String> tokens(String expression) {
        List<String> tokens =
                TOKEN.matcher(expression).results().map(MatchResult::group).toList();
        if (!String.join("", tokens).equals(expression.replaceAll("\\s", ""))) {
            throw new IllegalArgumentException("Not understood here: " + expression);
        }
        return tokens;
    }

    /** Compares texts by their bytes and numbers by their value; empty if the types differ. */
    private static OptionalInt order(AttributeValue left, AttributeValue right) {
        if (left.s() != null && right.s() != null) {
            return OptionalInt.of(
                    Arrays.compareUnsigned(left.s().getBytes(UTF_8), right.s().getBytes(UTF_8)));
        }
        if (left.n() != null && right.n() != null) {
            return OptionalInt.of(new BigDecimal(left.n()).compareTo(new BigDecimal(right.n())));
        }
        return OptionalInt.empty();
    }

    private static <T> T required(Map<String, T> given, String token) {
        T found = given.get(token);
        if (found == null) {
            throw new IllegalArgumentException("Not given: " + token);
        }
        return found;
    }

    private boolean accept(String token) {
        if (position < tokens.size() && tokens.get(position).equals(token)) {
            position++;
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw new IllegalArgumentException("Expected " + token + " at token " + position + " of " + tokens);
        }
    }

    private String next() {
        if (position == tokens.size()) {
            throw new IllegalArgumentException("Ends too early: " + tokens);
        }
        return tokens.get(position++);
    }
}
