package dev.tributary.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import dev.tributary.document.Problem.Kind;
import dev.tributary.model.AttributeType;
import dev.tributary.model.ItemSize;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What reading a document may cost, whatever it holds. */
class ValueReaderTest {

    private static final int BODY = 1_048_576;

    /** Most of it is garbage at once: builders, digits. */
    private static final long MOST_ALLOCATED_PER_BYTE = 160;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private record Reading(Map<String, Optional<AttributeValue>> members, long counted, FieldErrors errors) {}

    private static Reading read(byte[] json, Map<String, AttributeType> types) throws Exception {
        FieldErrors errors = new FieldErrors();
        try (JsonParser parser = JsonText.FACTORY.createParser(json)) {
            parser.nextToken();
            ValueReader reader = new ValueReader(parser, errors);
            return new Reading(reader.readMembers(types::get, 1), reader.size(), errors);
        }
    }

    /** {@code head}, then {@code element} as often as it fits into a body of the largest size, then {@code tail}. */
    private static byte[] filled(String head, String element, String tail) {
        int times = (BODY - head.length() - tail.length()) / (element.length() + 1);
        return (head + (element + ",").repeat(times - 1) + element + tail).getBytes(UTF_8);
    }

    @Provide
    Arbitrary<String> documents() {
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(8).map(ValueReaderTest::quoted);
        Arbitrary<String> numbers = Arbitraries.oneOf(
                Arbitraries.bigDecimals()
                        .between(BigDecimal.TEN.pow(20).negate(), BigDecimal.TEN.pow(20))
                        .ofScale(6)
                        .map(Object::toString),
                Arbitraries.longs().map(Object::toString),
                Arbitraries.integers().between(-130, 125).map(exponent -> "1e" + exponent));
        Arbitrary<String> scalars = Arbitraries.oneOf(texts, numbers, Arbitraries.of("true", "false", "null"));
        return members(Arbitraries.recursive(
                () -> scalars,
                values -> Arbitraries.oneOf(
                        members(values), values.list().ofMaxSize(4).map(list -> "[" + String.join(",", list) + "]")),
                0,
                4));
    }

    private static Arbitrary<String> members(Arbitrary<String> values) {
        return Arbitraries.maps(Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(3), values)
                .ofMaxSize(4)
                .map(members -> members.entrySet().stream()
                        .map(member -> quoted(member.getKey()) + ":" + member.getValue())
                        .collect(Collectors.joining(",", "{", "}")));
    }

    private static String quoted(String text) {
        return text.chars()
                .mapToObj(c -> "\\u%04x".formatted(Character.isSurrogate((char) c) ? '?' : c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    @Property(tries = 300)
    void countsWhatDynamoDbWouldCount(@ForAll("documents") String document) throws Exception {
        Reading reading = read(document.getBytes(UTF_8), Map.of());
        assertThat(reading.errors().all()).isEmpty();
        Map<String, AttributeValue> item = new LinkedHashMap<>();
        reading.members().forEach((name, value) -> item.put(name, value.orElseThrow()));
        assertThat(reading.counted()).isEqualTo(ItemSize.of(item));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "[[]]", "{\"a\":0}", "[0]", "0", "1e125", "true", "null"})
    void readsNoMoreThanOneItemCanHold(String element) {
        RefusedException refused =
                refusalWithin(MOST_ALLOCATED_PER_BYTE, filled("{\"id\":\"m\",\"a\":[", element, "]}"));
        assertThat(refused.problem().kind()).isEqualTo(Kind.ITEM_TOO_LARGE);
        assertThat(refused.problem().detail()).contains("found at least 409,60");
    }

    /** The AWS SDK could not read the item again, nor its changes in the stream. */
    @Test
    void nameThatNobodyCouldReadIsRefused() throws Exception {
        String longest = "n".repeat(50_000);
        assertThat(read(("{\"" + longest + "\":1}").getBytes(UTF_8), Map.of())
                        .errors()
                        .all())
                .isEmpty();
        for (String document : List.of("{\"" + longest + "n\":1}", "{\"a\":[{\"" + longest + "n\":1}]}")) {
            assertThat(read(document.getBytes(UTF_8), Map.of()).errors().all())
                    .singleElement()
                    .asString()
                    .contains("expected a name of 1 to 50000 characters");
        }
    }

    @Test
    void longNameOverManyElementsCostsNoMoreThanTheElements() {
        byte[] body = filled("{\"" + "n".repeat(50_000) + "\":[", "0", "]}");
        assertThat(refusalWithin(MOST_ALLOCATED_PER_BYTE, body).problem().kind())
                .isEqualTo(Kind.ITEM_TOO_LARGE);
    }

    private static RefusedException refusalWithin(long allocatedPerByte, byte[] body) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> read(body, Map.of()));
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(allocatedPerByte * body.length);
        return refused;
    }

    @Test
    void elementsThatTakeNoRoomInASetAreNotKept() throws Exception {
        Reading reading = read(filled("{\"s\":[", "\"\"", "]}"), Map.of("s", AttributeType.SS));
        assertThat(reading.members().get("s").orElseThrow().ss()).containsExactly("");
        assertThat(reading.errors().all()).hasSize(50);
    }

    @Test
    void errorsAreShortHoweverLongTheNamesAreThatTheyPointTo() throws Exception {
        String names = IntStream.range(0, 6)
                .mapToObj(i ->
                        "\"" + "/~\uD83D\uDE00".repeat(5_000) + i + "\":[[[{\"" + "x".repeat(20_000) + "\":1e999}]]]")
                .collect(Collectors.joining(","));
        Reading reading = read(("{" + names + "}").getBytes(UTF_8), Map.of());
        assertThat(reading.errors().all()).hasSize(6).allSatisfy(error -> {
            assertThat(error.pointer()).hasSizeLessThan(700).endsWith("…");
            assertThat(Utf8Length.bytes(error.pointer())).isPositive();
            assertThat(error.pointer().replace("~0", "").replace("~1", "")).doesNotContain("~");
        });
    }
}
