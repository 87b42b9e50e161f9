package dev.tributary.projection;

import dev.tributary.projection.KeyTemplate.Literal;
import dev.tributary.projection.KeyTemplate.Part;
import dev.tributary.projection.KeyTemplate.Placeholder;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Encodes attributes of an item as the text of a key template; different values never give the same text.
 *
 * <p>To mark where a value ends, {@code \} and the first character of each literal that follows a value are escaped by
 * {@code \} inside values. A template without such a literal escapes nothing. Numbers are written as plain decimals,
 * binary values in base64url; a value of one type may have the text of a value of another type. Immutable.
 */
final class TemplateEncoder {

    private final KeyTemplate template;
    private final Set<Character> escaped;

    TemplateEncoder(KeyTemplate template) {
        this.template = template;
        List<Part> parts = template.parts();
        escaped = IntStream.range(1, parts.size())
                .filter(i -> parts.get(i - 1) instanceof Placeholder && parts.get(i) instanceof Literal)
                .mapToObj(i -> ((Literal) parts.get(i)).text().charAt(0))
                .collect(Collectors.toSet());
        if (!escaped.isEmpty()) {
            escaped.add('\\');
        }
    }

    /** The attributes of the template, in its order. */
    List<String> attributes() {
        return template.placeholders().stream().map(Placeholder::attribute).toList();
    }

    /** Why the template cannot encode the item, which has all its attributes; empty if it can. Contains no values. */
    String unfit(Map<String, AttributeValue> item) {
        return template.placeholders().stream()
                .filter(placeholder -> !fits(placeholder, value(item, placeholder)))
                .map(placeholder -> placeholder.digits() == 0
                        ? placeholder.attribute() + " is neither text, a number nor binary, as a key must be"
                        : placeholder.attribute() + " is not a whole number from 0 with at most " + placeholder.digits()
                                + " digits, as " + template + " needs")
                .collect(Collectors.joining("; "));
    }

    /** Encodes an item that has all the attributes and is not {@linkplain #unfit unfit}. */
    String encode(Map<String, AttributeValue> item) {
        StringBuilder text = new StringBuilder();
        for (Part part : template.parts()) {
            if (part instanceof Literal literal) {
                text.append(literal.text());
            } else if (part instanceof Placeholder placeholder) {
                append(placeholder, value(item, placeholder), text);
            }
        }
        return text.toString();
    }

    private void append(Placeholder placeholder, AttributeValue value, StringBuilder text) {
        String written = written(value);
        if (placeholder.digits() > 0) {
            text.append("0".repeat(placeholder.digits() - written.length())).append(written);
            return;
        }
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (escaped.contains(c)) {
                text.append('\\');
            }
            text.append(c);
        }
    }

    private static boolean fits(Placeholder placeholder, AttributeValue value) {
        return switch (value.type()) {
            case S, B -> placeholder.digits() == 0;
            case N -> placeholder.digits() == 0 || isWhole(written(value), placeholder.digits());
            default -> false;
        };
    }

    private static boolean isWhole(String written, int digits) {
        return written.length() <= digits && written.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String written(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> new BigDecimal(value.n()).stripTrailingZeros().toPlainString();
            case B ->
                Base64.getUrlEncoder().withoutPadding().encodeToString(value.b().asByteArrayUnsafe());
            default -> throw new IllegalArgumentException("No key can be made of " + value.type());
        };
    }

    private static AttributeValue value(Map<String, AttributeValue> item, Placeholder placeholder) {
        return Objects.requireNonNull(item.get(placeholder.attribute()));
    }
}
