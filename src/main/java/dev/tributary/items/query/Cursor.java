package dev.tributary.items.query;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.AttributeType;
import dev.tributary.model.DynamoNumber;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The place in the result of a query at which the next page begins, as text for a URI.
 *
 * <p>It has the key attributes of the last item that the query leaves open, and a digest of these, of the query and of the
 * resource. There is no secret in it, so every daemon with the same configuration reads it. Whoever computes the digest can
 * only name a place within the result of the same query: the values that the query fixes are taken from the request, and
 * the others are checked against its condition.
 *
 * @param resource name of the resource
 * @param table the key of its table
 */
record Cursor(String resource, KeySchema table, ItemQuery query) {

    /** Changes with the format, so that cursors of other versions are refused. */
    private static final byte FORMAT = 1;

    private static final int DIGEST_BYTES = 12;

    /** Longer than the cursor of any key: four attributes of the longest kind. */
    private static final int MAX_CHARACTERS = 16 * 1024;

    /** Writes the cursor of a page that ends with an item. */
    String of(Map<String, AttributeValue> lastKey) {
        ByteArrayOutputStream place = new ByteArrayOutputStream();
        open().forEach(attribute -> append(place, bytes(requireNonNull(lastKey.get(attribute.name())))));
        byte[] digest = digest(place.toByteArray());
        ByteBuffer cursor = ByteBuffer.allocate(DIGEST_BYTES + place.size());
        cursor.put(digest).put(place.toByteArray());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.array());
    }

    /** Reads a cursor: the key of the item to begin behind; empty if it is not one of this query. */
    Optional<Map<String, AttributeValue>> read(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        byte[] cursor;
        try {
            cursor = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        boolean canonical =
                Base64.getUrlEncoder().withoutPadding().encodeToString(cursor).equals(text);
        if (!canonical || cursor.length < DIGEST_BYTES) {
            return Optional.empty();
        }
        byte[] place = Arrays.copyOfRange(cursor, DIGEST_BYTES, cursor.length);
        if (!MessageDigest.isEqual(digest(place), Arrays.copyOf(cursor, DIGEST_BYTES))) {
            return Optional.empty();
        }
        return key(ByteBuffer.wrap(place));
    }

    private List<KeyAttribute> open() {
        return query.open(table);
    }

    private Optional<Map<String, AttributeValue>> key(ByteBuffer place) {
        Map<String, AttributeValue> key = new LinkedHashMap<>(query.equal());
        for (KeyAttribute attribute : open()) {
            Optional<AttributeValue> value = next(place).flatMap(bytes -> value(attribute.type(), bytes));
            if (value.isEmpty() || !isPossible(attribute, value.get())) {
                return Optional.empty();
            }
            key.put(attribute.name(), value.get());
        }
        return place.hasRemaining() ? Optional.empty() : Optional.of(key);
    }

    /** DynamoDB refuses to begin behind a key that is not in the result. */
    private boolean isPossible(KeyAttribute attribute, AttributeValue value) {
        long size = ItemSize.of(value);
        int most =
                attribute.equals(table.partition()) || query.key().partition().contains(attribute)
                        ? ItemSize.MAX_PARTITION_KEY_BYTES
                        : ItemSize.MAX_SORT_KEY_BYTES;
        return size > 0
                && size <= most
                && query.condition()
                        .filter(range -> range.attribute().equals(attribute))
                        .map(range -> range.includes(value))
                        .orElse(true);
    }

    private byte[] digest(byte[] place) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write(FORMAT);
        append(text, utf8(resource));
        append(text, utf8(query.key().index().map(name -> "index " + name).orElse("table")));
        append(text, utf8(query.ascending() ? "asc" : "desc"));
        query.key().attributes().forEach(attribute -> append(text, utf8(attribute.name() + ":" + attribute.type())));
        open().forEach(attribute -> append(text, utf8(attribute.name() + ":" + attribute.type())));
        query.equal().values().forEach(value -> append(text, bytes(value)));
        query.condition().ifPresent(range -> {
            append(text, utf8(range.operator().written()));
            range.operands().forEach(operand -> append(text, bytes(operand)));
        });
        append(text, place);
        return Arrays.copyOf(Sha256.of(text.toByteArray()), DIGEST_BYTES);
    }

    /** Appends a length and as many bytes, so that different lists never have the same bytes. */
    private static void append(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes.length >>> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static Optional<byte[]> next(ByteBuffer in) {
        if (in.remaining() < Short.BYTES) {
            return Optional.empty();
        }
        int length = Short.toUnsignedInt(in.getShort());
        if (in.remaining() < length) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return Optional.of(bytes);
    }

    private static byte[] bytes(AttributeValue value) {
        return switch (value.type()) {
            case N -> utf8(value.n());
            case B -> value.b().asByteArrayUnsafe();
            default -> utf8(value.s());
        };
    }

    private static Optional<AttributeValue> value(AttributeType type, byte[] bytes) {
        try {
            return Optional.of(
                    switch (type) {
                        case N -> AttributeValue.fromN(DynamoNumber.canonical(text(bytes)));
                        case B -> AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes));
                        default -> AttributeValue.fromS(text(bytes));
                    });
        } catch (DynamoNumber.OutOfRangeException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
