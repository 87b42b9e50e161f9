package dev.tributary.jobs.backfill;

import dev.tributary.model.Item;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A condition on the attributes of an item: {@code attribute = value} with one of the operators of DynamoDB's conditions,
 * several with {@code AND}. A value is text in single quotes (two for one within), a number, {@code true} or {@code false}. As
 * in DynamoDB, values of different types are not equal and have no order, and an item without the attribute fulfils none.
 *
 * @param text as it was given; empty for all items
 */
public record ItemCondition(String text, List<Comparison> comparisons) implements Predicate<Item> {

    /** Every item. */
    public static final ItemCondition ALL = new ItemCondition("", List.of());

    private static final Pattern COMPARISON = Pattern.compile(
            "\\s*([A-Za-z_][A-Za-z0-9_.-]*)\\s*(=|<>|<=|>=|<|>)\\s*('(?:[^']|'')*'|-?[0-9][0-9.eE+-]*|true|false)\\s*");

    private static final Pattern AND = Pattern.compile("AND\\b", Pattern.CASE_INSENSITIVE);

    /** The comparison of one attribute with a value. */
    public record Comparison(String attribute, String operator, AttributeValue value) {

        boolean holds(Item item) {
            AttributeValue found = item.attributes().get(attribute);
            if (found == null) {
                return false;
            }
            if (operator.equals("<>")) {
                return !equal(found);
            }
            OptionalInt order = order(found);
            return switch (operator) {
                case "=" -> equal(found);
                case "<" -> order.isPresent() && order.getAsInt() < 0;
                case "<=" -> order.isPresent() && order.getAsInt() <= 0;
                case ">" -> order.isPresent() && order.getAsInt() > 0;
                default -> order.isPresent() && order.getAsInt() >= 0;
            };
        }

        private boolean equal(AttributeValue found) {
            OptionalInt order = order(found);
            return order.isPresent() ? order.getAsInt() == 0 : found.equals(value);
        }

        private OptionalInt order(AttributeValue found) {
            if (found.n() != null && value.n() != null) {
                return OptionalInt.of(new BigDecimal(found.n()).compareTo(new BigDecimal(value.n())));
            }
            return found.s() != null && value.s() != null
                    ? OptionalInt.of(found.s().compareTo(value.s()))
                    : OptionalInt.empty();
        }
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if the text is not a condition; the message is for operators
     */
    public static ItemCondition parse(String text) {
        List<Comparison> comparisons = new ArrayList<>();
        Matcher next = COMPARISON.matcher(text);
        int from = 0;
        while (true) {
            if (!next.region(from, text.length()).lookingAt()) {
                throw new IllegalArgumentException(
                        "expected a condition like city = 'Oakland' at: " + text.substring(from));
            }
            comparisons.add(new Comparison(next.group(1), next.group(2), value(next.group(3))));
            from = next.end();
            if (from == text.length()) {
                return new ItemCondition(text.strip(), List.copyOf(comparisons));
            }
            Matcher and = AND.matcher(text).region(from, text.length());
            if (!and.lookingAt()) {
                throw new IllegalArgumentException("expected AND at: " + text.substring(from));
            }
            from = and.end();
        }
    }

    private static AttributeValue value(String text) {
        if (text.startsWith("'")) {
            return AttributeValue.fromS(text.substring(1, text.length() - 1).replace("''", "'"));
        }
        if (text.equals("true") || text.equals("false")) {
            return AttributeValue.fromBool(Boolean.valueOf(text));
        }
        try {
            return AttributeValue.fromN(new BigDecimal(text).toPlainString());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: " + text, e);
        }
    }

    @Override
    public boolean test(Item item) {
        return comparisons.stream().allMatch(comparison -> comparison.holds(item));
    }

    @Override
    public String toString() {
        return text;
    }
}
