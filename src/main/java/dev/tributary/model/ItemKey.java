package dev.tributary.model;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
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

    private static String scalar(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> value.n();
            case B -> base64(value.b());
            default -> throw new IllegalArgumentException("A key attribute is S, N or B, not " + value.type());
        };
    }

    private static String base64(SdkBytes bytes) {
        return java.util.Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
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
