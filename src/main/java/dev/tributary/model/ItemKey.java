package dev.tributary.model;

import dev.tributary.model.KeySchema.KeyAttribute;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Identity of a source item: the identity of its table and the values of its primary key, in one string that is equal
 * exactly for the same item.
 *
 * <p>The encoding is injective: {@code <source>/<value>} or {@code <source>/<value>|<value>}, values in the order of
 * their attribute names, with {@code \} and {@code |} escaped by {@code \}. DynamoDB normalises numbers before it
 * streams them, and a key attribute has one type per table, so neither needs a tag.
 *
 * <p>{@link #toString()} is a checksum: key values may be personal data and must not reach a log.
 */
public record ItemKey(String encoded) {

    /**
     * The key of an item.
     *
     * @param source identity of its table, which has no {@code /}
     * @param key its key attributes
     */
    public static ItemKey of(String source, Map<String, AttributeValue> key) {
        StringBuilder encoded = new StringBuilder(source).append('/');
        String separator = "";
        for (AttributeValue value : new TreeMap<>(key).values()) {
            encoded.append(separator);
            appendEscaped(encoded, scalar(value));
            separator = "|";
        }
        return new ItemKey(encoded.toString());
    }

    /**
     * The key attributes of the item.
     *
     * @param source identity of its table
     * @param schema key of its table
     * @return empty if the item is of another source, or its key does not fit the schema
     */
    public Optional<Item> attributes(String source, KeySchema schema) {
        if (!encoded.startsWith(source + '/')) {
            return Optional.empty();
        }
        List<String> values = values(encoded.substring(source.length() + 1));
        List<KeyAttribute> names = schema.attributes().stream()
                .sorted(Comparator.comparing(KeyAttribute::name))
                .toList();
        if (values.size() != names.size()) {
            return Optional.empty();
        }
        Map<String, AttributeValue> key = new HashMap<>();
        for (int i = 0; i < values.size(); i++) {
            try {
                key.put(names.get(i).name(), value(names.get(i).type(), values.get(i)));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Optional.of(new Item(key));
    }

    private static List<String> values(String escaped) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '|') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c == '\\' && i + 1 < escaped.length() ? escaped.charAt(++i) : c);
            }
        }
        values.add(value.toString());
        return values;
    }

    private static AttributeValue value(AttributeType type, String text) {
        return switch (type) {
            case S -> AttributeValue.fromS(text);
            case N -> AttributeValue.fromN(text);
            case B ->
                AttributeValue.fromB(SdkBytes.fromByteArray(Base64.getDecoder().decode(text)));
            default -> throw new IllegalArgumentException("A key attribute is S, N or B, not " + type);
        };
    }

    private static String scalar(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> value.n();
            case B -> base64(value.b());
            default -> throw new IllegalArgumentException("A key attribute is S, N or B, not " + value.type());
        };
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
    }

    private static void appendEscaped(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' || c == '|') {
                out.append('\\');
            }
            out.append(c);
        }
    }

    @Override
    public String toString() {
        CRC32C checksum = new CRC32C();
        checksum.update(encoded.getBytes(StandardCharsets.UTF_8));
        return "item#" + HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
