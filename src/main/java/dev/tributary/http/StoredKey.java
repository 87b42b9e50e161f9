package dev.tributary.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The key of an item as an answer shows it.
 *
 * @param attributes S, N and B, the partition key first
 */
record StoredKey(Map<String, AttributeValue> attributes) {

    /**
     * The item's own URI reference: the path of its route, and the key attributes as a query.
     *
     * <p>A query and not path segments, because a key may be anything: {@code ..} is no segment, proxies refuse or decode
     * {@code %2F} in a path, and under the path {@code /} an item whose key is {@code users} would be another route.
     */
    String location(String path) {
        return path
                + attributes.entrySet().stream()
                        .map(attribute -> encode(attribute.getKey()) + "=" + encode(text(attribute.getValue())))
                        .collect(Collectors.joining("&", "?", ""));
    }

    /** An object of the key attributes; numbers with all their digits, binary in base64. */
    String json() {
        ObjectNode key = JsonNodeFactory.instance.objectNode();
        attributes.forEach((name, value) -> {
            switch (value.type()) {
                case N -> key.put(name, new BigDecimal(value.n()));
                case B ->
                    key.put(name, Base64.getEncoder().encodeToString(value.b().asByteArrayUnsafe()));
                default -> key.put(name, value.s());
            }
        });
        return key.toString();
    }

    private static String text(AttributeValue value) {
        return switch (value.type()) {
            case N -> value.n();
            case B ->
                Base64.getUrlEncoder().withoutPadding().encodeToString(value.b().asByteArrayUnsafe());
            default -> value.s();
        };
    }

    /** As RFC 3986 has it, where a space is no plus. */
    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
