package dev.tributary.idempotency;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request has one fingerprint however it is spelled, and another request has another. */
class FingerprintTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Property
    void everySpellingOfAValueHasOneForm(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        JsonNode value = value(random, 3);
        assertThat(canonical(spelled(value, random))).isEqualTo(canonical(spelled(value, random)));
    }

    @Property
    void whatDiffersHasAnotherForm(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        JsonNode one = value(random, 1);
        JsonNode other = value(random, 1);
        assertThat(canonical(spelled(one)).equals(canonical(spelled(other))))
                .isEqualTo(one.equals((a, b) -> same(a, b), other));
    }

    private static int same(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }

    @Property
    void theFormIsJsonOfTheSameValue(@ForAll long seed) throws Exception {
        JsonNode value = value(new Random(seed), 3);
        JsonNode read = new JsonMapper()
                .reader()
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(canonical(spelled(value)));
        assertThat(read.equals((a, b) -> same(a, b), value)).isTrue();
    }

    /** Small, so that two of them often are the same. */
    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0 -> JSON.booleanNode(random.nextBoolean());
            case 1 -> JSON.nullNode();
            case 2 -> JSON.textNode(text(random));
            case 3, 4 -> JSON.numberNode(BigDecimal.valueOf(random.nextInt(7) - 3, random.nextInt(5) - 2));
            case 5 ->
                JSON.numberNode(new BigDecimal(new BigInteger(random.nextInt(126), random), random.nextInt(220) - 90));
            case 6 -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = JSON.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(name(random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    /** No parser takes half a pair in a name. */
    private static String name(Random random) {
        return List.of("", "a", "b", "ab", "\u00e9", "\ud83d\ude00", "\"").get(random.nextInt(7));
    }

    private static String text(Random random) {
        String characters = "ab\"\\\u0000\n/\u00e9\u20ac\ud83d\ude00";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(characters.charAt(random.nextInt(characters.length()))); // halves of a pair, too
        }
        return text.toString();
    }

    /** Members in any order, white space anywhere, numbers and characters in any notation. */
    private static String spelled(JsonNode value, Random random) {
        String space = " \n\t".substring(0, random.nextInt(4));
        if (value.isObject()) {
            List<String> members = new ArrayList<>();
            value.properties()
                    .forEach(member -> members.add(space + spelled(JSON.textNode(member.getKey()), random) + space + ":"
                            + spelled(member.getValue(), random) + space));
            Collections.shuffle(members, random);
            return "{" + String.join(",", members) + space + "}";
        }
        if (value.isArray()) {
            List<String> elements = new ArrayList<>();
            value.forEach(element -> elements.add(space + spelled(element, random) + space));
            return space + "[" + String.join(",", elements) + "]";
        }
        if (value.isNumber()) {
            return spelled(value.decimalValue(), random);
        }
        if (value.isTextual()) {
            StringBuilder text = new StringBuilder();
            for (char c : value.asText().toCharArray()) {
                boolean plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
                text.append(plain && random.nextBoolean() ? String.valueOf(c) : "\\u%04x".formatted((int) c));
            }
            return "\"" + text + "\"";
        }
        return value.toString();
    }

    private static String spelled(JsonNode value) {
        return spelled(value, new Random(1));
    }

    private static String spelled(BigDecimal value, Random random) {
        BigDecimal padded = value.signum() == 0 ? value : value.setScale(value.scale() + random.nextInt(3));
        return switch (random.nextInt(3)) {
            case 0 -> padded.toPlainString();
            case 1 -> padded.toString();
            default -> padded.unscaledValue() + (random.nextBoolean() ? "e" : "E") + -padded.scale();
        };
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "0.00, 0",
        "0e9, 0",
        "1, 1",
        "1.0, 1",
        "10e-1, 1",
        "100, 1e2",
        "1E+2, 1e2",
        "-120.50, -1205e-1",
        "0.001, 1e-3",
        "99999999999999999999999999999999999999, 99999999999999999999999999999999999999",
        "1e999999999, 1e999999999",
    })
    void numbersAreDecimals(String text, String form) {
        assertThat(CanonicalJson.number(text)).isEqualTo(form);
    }

    /** Such a number is refused as a value, and must not cost more than that before. */
    @Test
    void numbersOfAnyLengthAreReadOnce() throws Exception {
        String digits = "9".repeat(1_000_000);
        assertThat(canonical(digits)).isEqualTo(digits);
        assertThat(canonical("1e" + digits)).startsWith("1e99");
    }

    @Test
    void everyPartCounts() throws Exception {
        assertThat(List.of(
                        new Fingerprint("PUT", "/a").end(),
                        new Fingerprint("POST", "/a").end(),
                        new Fingerprint("PUT", "/b").end(),
                        new Fingerprint("PU", "T/a").end(),
                        new Fingerprint("PUT", "/a")
                                .precondition("If-Match", "1")
                                .end(),
                        new Fingerprint("PUT", "/a")
                                .precondition("If-Match", "2")
                                .end(),
                        new Fingerprint("PUT", "/a")
                                .precondition("If-None-Match", "1")
                                .end(),
                        new Fingerprint("PUT", "/a").document(bytes("{}")).end(),
                        new Fingerprint("PUT", "/a").document(bytes("[]")).end(),
                        new Fingerprint("PUT", "/a")
                                .document(bytes("{}"))
                                .document(bytes("{}"))
                                .end(),
                        new Fingerprint("PUT", "/a")
                                .precondition("If-Match", "1")
                                .document(bytes("{}"))
                                .end()))
                .doesNotHaveDuplicates()
                .allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    }

    /** A daemon of a later version must know the requests of the one before. */
    @Test
    void theFingerprintOfARequestStaysWhatItIs() throws Exception {
        assertThat(new Fingerprint("POST", "/users?x=1")
                        .precondition("If-None-Match", "*")
                        .document(bytes("{\"b\":[1.50,true,null],\"a\":\"é\"}"))
                        .end())
                .isEqualTo("6a4d85523a3a741856000e571a1296b2966ce06bf7adc16a12a23b0678ed8f33");
        assertThat(RecordId.of("users", "ada", "k").text())
                .isEqualTo("users#2d57dab356a1fc3291d3211138157ee71d534a4b695b023ad84b0b49c8388e1f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{}{}", "1 2", "{\"a\":1,\"a\":1}", "NaN", "01", "\"\\x\"", "[1,]"})
    void whatIsNoJsonHasNone(String text) {
        assertThatThrownBy(() -> new Fingerprint("POST", "/").document(bytes(text)))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void recordsOfOtherRoutesCallersAndKeysAreOthers() {
        assertThat(List.of(
                        RecordId.of("r", "c", "k"),
                        RecordId.of("r", "ck", ""),
                        RecordId.of("r", "", "ck"),
                        RecordId.of("rc", "", "k"),
                        RecordId.of("r", "c", "K"),
                        RecordId.of("r", "c\0", "k")))
                .doesNotHaveDuplicates();
        assertThat(RecordId.of("r", "caller", "secret").toString())
                .doesNotContain("caller")
                .doesNotContain("secret");
    }

    private static String canonical(String json) throws JsonProcessingException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        CanonicalJson.write(bytes(json), text);
        return text.toString(US_ASCII);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(UTF_8);
    }
}
