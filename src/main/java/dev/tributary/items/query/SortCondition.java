package dev.tributary.items.query;

import dev.tributary.model.KeySchema.KeyAttribute;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A condition on a sort key attribute.
 *
 * @param operands of the attribute's type; two for {@link Operator#BETWEEN}, otherwise one
 */
public record SortCondition(KeyAttribute attribute, Operator operator, List<AttributeValue> operands) {

    /** The comparisons that DynamoDB has for sort keys, besides equality. */
    public enum Operator {
        BEGINS_WITH("begins-with", "begins_with(%s,%s)"),
        GT("gt", "%s>%s"),
        GTE("gte", "%s>=%s"),
        LT("lt", "%s<%s"),
        LTE("lte", "%s<=%s"),
        BETWEEN("between", "%s BETWEEN %s AND %s");

        private final String written;
        private final String format;

        Operator(String written, String format) {
            this.written = written;
            this.format = format;
        }

        /** Its name in a query. */
        public String written() {
            return written;
        }

        String expression(Object... placeholders) {
            return format.formatted(placeholders);
        }
    }

    public SortCondition {
        operands = List.copyOf(operands);
    }

    /** Whether a value of the attribute meets the condition. */
    boolean includes(AttributeValue value) {
        AttributeValue first = operands.get(0);
        return switch (operator) {
            case BEGINS_WITH -> beginsWith(bytes(value), bytes(first));
            case GT -> compare(value, first) > 0;
            case GTE -> compare(value, first) >= 0;
            case LT -> compare(value, first) < 0;
            case LTE -> compare(value, first) <= 0;
            case BETWEEN -> compare(value, first) >= 0 && compare(value, operands.get(1)) <= 0;
        };
    }

    /** Whether no value can meet it, which DynamoDB refuses. */
    public boolean isEmpty() {
        return operator == Operator.BETWEEN && compare(operands.get(0), operands.get(1)) > 0;
    }

    /** Compares values of one type as DynamoDB sorts them: numbers by value, text and binary by unsigned bytes. */
    static int compare(AttributeValue one, AttributeValue other) {
        return one.n() != null
                ? new BigDecimal(one.n()).compareTo(new BigDecimal(other.n()))
                : Arrays.compareUnsigned(bytes(one), bytes(other));
    }

    private static boolean beginsWith(byte[] value, byte[] prefix) {
        return value.length >= prefix.length && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static byte[] bytes(AttributeValue value) {
        return value.b() != null ? value.b().asByteArrayUnsafe() : value.s().getBytes(StandardCharsets.UTF_8);
    }

    /** The operator only: values may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "SortCondition[%s %s]".formatted(attribute.name(), operator);
    }
}
