package dev.tributary.idempotency;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.tributary.model.Sha256;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Hashes JSON in a canonical form, which all texts of one value share; see {@link Fingerprint}. */
final class CanonicalJson {

    /** The server bounds the length of the text; names are not interned, because callers choose them. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // also unpaired surrogates, which UTF-8 cannot encode
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** A number in its canonical form. */
    private record Decimal(String text) {}

    private CanonicalJson() {}

    /**
     * Returns the SHA-256 of the canonical form.
     *
     * @throws JsonProcessingException if the text is not one JSON value, or has a member twice
     */
    static byte[] hash(byte[] json) throws JsonProcessingException {
        MessageDigest hash = Sha256.start();
        write(json, new DigestOutputStream(OutputStream.nullOutputStream(), hash));
        return hash.digest();
    }

    static void write(byte[] json, OutputStream to) throws JsonProcessingException {
        try (JsonParser parser = JSON.createParser(json);
                JsonGenerator generator = JSON.createGenerator(new OutputStreamWriter(to, US_ASCII))) {
            @Nullable Object value = read(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "more than one value");
            }
            write(value, generator);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (CharConversionException e) {
            // The parser takes zero bytes at the start for another encoding.
            throw new JsonParseException(null, "not UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException(e); // in-memory streams throw none
        }
    }

    /** Writes maps, lists, strings, numbers as text, booleans and null; the parser bounds the depth. */
    private static @Nullable Object read(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new JsonParseException(parser, "no value");
        }
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new TreeMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    members.put(name, read(parser, parser.nextToken()));
                }
                return members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    elements.add(read(parser, next));
                }
                return elements;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                return new Decimal(number(parser.getText()));
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return token == JsonToken.VALUE_TRUE;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getText();
            }
        }
    }

    private static void write(@Nullable Object value, JsonGenerator to) throws IOException {
        if (value instanceof Map<?, ?> members) {
            to.writeStartObject();
            for (Map.Entry<?, ?> member : members.entrySet()) {
                to.writeFieldName((String) member.getKey());
                write(member.getValue(), to);
            }
            to.writeEndObject();
        } else if (value instanceof List<?> elements) {
            to.writeStartArray();
            for (Object element : elements) {
                write(element, to);
            }
            to.writeEndArray();
        } else if (value instanceof Decimal number) {
            to.writeNumber(number.text());
        } else if (value instanceof Boolean truth) {
            to.writeBoolean(truth);
        } else if (value instanceof String text) {
            to.writeString(text);
        } else {
            to.writeNull();
        }
    }

    /**
     * {@code [-]digits[e[-]exponent]}, the digits without zeros at either end. Works on the text, because a number of
     * a million digits, which is refused elsewhere, must not cost more than reading it.
     *
     * @param text a number in the grammar of JSON
     */
    static String number(String text) {
        int exponentAt = Math.max(text.indexOf('e'), text.indexOf('E'));
        String mantissa = exponentAt < 0 ? text : text.substring(0, exponentAt);
        String sign = mantissa.startsWith("-") ? "-" : "";
        mantissa = mantissa.substring(sign.length());
        int point = mantissa.indexOf('.');
        int decimals = point < 0 ? 0 : mantissa.length() - point - 1;
        String digits = point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);

        int from = 0;
        while (from < digits.length() && digits.charAt(from) == '0') {
            from++;
        }
        int to = digits.length();
        while (to > from && digits.charAt(to - 1) == '0') {
            to--;
        }
        if (from == to) {
            return "0";
        }
        String significant = sign + digits.substring(from, to);
        int zeros = digits.length() - to;
        String written = exponentAt < 0 ? "0" : text.substring(exponentAt + 1);
        if (written.length() > 15) {
            return significant + "e" + written + "s" + (zeros - decimals); // out of the range of any table
        }
        long exponent = Long.parseLong(written) + zeros - decimals;
        return exponent == 0 ? significant : significant + "e" + exponent;
    }
}
