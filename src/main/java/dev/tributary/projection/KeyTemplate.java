package dev.tributary.projection;

import dev.tributary.config.RefusedValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Template of a key attribute of the target, with values of the source item in it: {@code {city}#{email}}.
 *
 * <p>{@code {score:010}} is a whole number from 0, with leading zeros up to ten digits, so that text sorts as numbers
 * do. A doubled brace is a plain brace.
 *
 * @param parts text and placeholders, at least one of these; a value that has no fixed width ends with
 *     the template or with text, which does not begin with {@code \\}
 */
public record KeyTemplate(List<Part> parts) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]+?)(?::0([1-9]\\d?))?}");

    /** A padding that is none, which would be part of the attribute's name, of which no item has one. */
    private static final Pattern NO_PADDING = Pattern.compile(".*:\\d*");

    private static final int MAX_DIGITS = 38;

    /** A part of the text. */
    public sealed interface Part {}

    /** Text that stands for itself; never empty. */
    public record Literal(String text) implements Part {}

    /**
     * The value of an attribute.
     *
     * @param digits of a whole number, from 1 to 38; 0: the value as it is
     */
    public record Placeholder(String attribute, int digits) implements Part {}

    /**
     * Reads a template as it is written.
     *
     * @throws RefusedValueException if the text is no template, or two values would run into one another
     */
    public static KeyTemplate parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        Matcher placeholder = PLACEHOLDER.matcher(text);
        int position = 0;
        while (position < text.length()) {
            char c = text.charAt(position);
            if ((c == '{' || c == '}') && text.startsWith(String.valueOf(c).repeat(2), position)) {
                literal.append(c);
                position += 2;
            } else if (c == '{' && placeholder.region(position, text.length()).lookingAt()) {
                addLiteral(literal, parts);
                parts.add(placeholder(placeholder));
                position = placeholder.end();
            } else if (c == '{' || c == '}') {
                throw new RefusedValueException(
                        "the %s at character %d has no other; two are one in the text".formatted(c, position + 1));
            } else {
                literal.append(c);
                position++;
            }
        }
        addLiteral(literal, parts);
        if (parts.stream().noneMatch(Placeholder.class::isInstance)) {
            throw new RefusedValueException("without an attribute in braces, all items would have the same key");
        }
        if (IntStream.range(1, parts.size()).anyMatch(i -> runsInto(parts.get(i - 1), parts.get(i)))) {
            throw new RefusedValueException(
                    "two values without text between them could make the same key as two others");
        }
        return new KeyTemplate(List.copyOf(parts));
    }

    /** The values in it, in their order. */
    public List<Placeholder> placeholders() {
        return parts.stream()
                .filter(Placeholder.class::isInstance)
                .map(Placeholder.class::cast)
                .toList();
    }

    /** As it is written. */
    @Override
    public String toString() {
        return parts.stream().map(KeyTemplate::written).collect(Collectors.joining());
    }

    private static String written(Part part) {
        if (part instanceof Placeholder value) {
            return "{" + value.attribute() + (value.digits() == 0 ? "" : ":0" + value.digits()) + "}";
        }
        return ((Literal) part).text().replace("{", "{{").replace("}", "}}");
    }

    private static void addLiteral(StringBuilder literal, List<Part> parts) {
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
            literal.setLength(0);
        }
    }

    /** Text that ends a value is found by its first character, which is escaped in values; {@code \\} does that. */
    private static boolean runsInto(Part one, Part next) {
        return one instanceof Placeholder value
                && value.digits() == 0
                && (next instanceof Placeholder
                        || (next instanceof Literal end && end.text().startsWith("\\")));
    }

    private static Placeholder placeholder(Matcher matched) {
        String attribute = matched.group(1);
        if (!attribute.equals(attribute.strip())
                || NO_PADDING.matcher(attribute).matches()) {
            throw new RefusedValueException("{" + attribute + "} is no attribute, nor one with a padding of 1 to "
                    + MAX_DIGITS + " digits, such as {score:010}");
        }
        int digits = matched.group(2) == null ? 0 : Integer.parseInt(matched.group(2));
        if (digits > MAX_DIGITS) {
            throw new RefusedValueException("a number has at most " + MAX_DIGITS + " digits");
        }
        return new Placeholder(attribute, digits);
    }
}
