package dev.tributary.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class TemplateEncoderTest {

    private static final List<String> TEMPLATES =
            List.of("{a}#{b}", "x{a}#-{b}-\\{c}", "{a}-\\{b}", "{a}a{b}b{c}c", "{n:03}{a}#{b}", "#{a}##{b}#");

    @Property(tries = 20_000)
    void differentValuesNeverMakeTheSameText(
            @ForAll("template") String template,
            @ForAll("values") List<String> one,
            @ForAll("values") List<String> other) {
        TemplateEncoder encoder = encoder(template);
        Assume.that(!used(encoder, one).equals(used(encoder, other)));
        assertThat(encoder.encode(item(one))).isNotEqualTo(encoder.encode(item(other)));
    }

    @Property
    void paddedNumbersSortAsTextTheWayTheySortAsNumbers(
            @ForAll @LongRange(min = 0, max = 9_999_999_999L) long one,
            @ForAll @LongRange(min = 0, max = 9_999_999_999L) long other) {
        TemplateEncoder encoder = encoder("{n:010}");
        assertThat(Integer.signum(encoder.encode(number(Long.toString(one)))
                        .compareTo(encoder.encode(number(Long.toString(other))))))
                .isEqualTo(Long.compare(one, other));
    }

    @Example
    void aValueWithoutTextBehindItIsNotEscaped() {
        assertThat(encoder("{a}").encode(Map.of("a", AttributeValue.fromS("a\\b#c"))))
                .isEqualTo("a\\b#c");
    }

    @Example
    void onlyWhatCouldEndAValueIsEscaped() {
        assertThat(encoder("{a}#{b}")
                        .encode(Map.of("a", AttributeValue.fromS("x#y\\z-"), "b", AttributeValue.fromS("1#2"))))
                .isEqualTo("x\\#y\\\\z-#1\\#2");
    }

    @Example
    void oneNumberHasOneText() {
        Stream.of("100", "1E+2", "100.0", "1.00E2")
                .forEach(n -> assertThat(encoder("{n}").encode(number(n))).isEqualTo("100"));
        assertThat(encoder("{n}").encode(number("-0.50"))).isEqualTo("-0.5");
        assertThat(encoder("{n:05}").encode(number("1E+2"))).isEqualTo("00100");
    }

    @Example
    void binaryIsBase64() {
        AttributeValue bytes = AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {-1, -1}));
        assertThat(encoder("{a}").encode(Map.of("a", bytes))).isEqualTo("__8");
    }

    @Example
    void anUnfitValueIsDescribedWithoutTheValue() {
        TemplateEncoder padded = encoder("{n:03}");
        for (String n : List.of("-1", "1000", "0.5", "1E+9")) {
            assertThat(padded.unfit(number(n)))
                    .isEqualTo("n is not a whole number from 0 with at most 3 digits, as {n:03} needs");
        }
        assertThat(padded.unfit(Map.of("n", AttributeValue.fromS("7")))).isNotEmpty();
        assertThat(padded.unfit(number("999"))).isEmpty();
        assertThat(encoder("{n}").unfit(Map.of("n", AttributeValue.fromBool(true))))
                .isEqualTo("n is neither text, a number nor binary, as a key must be");
    }

    @Provide
    Arbitrary<String> template() {
        return Arbitraries.of(TEMPLATES);
    }

    /** Of the characters that matter, and few of them, so that near misses are frequent. */
    @Provide
    Arbitrary<List<String>> values() {
        Arbitrary<String> value =
                Arbitraries.strings().withChars('a', 'b', '#', '\\', '-').ofMaxLength(4);
        return Combinators.combine(value, value, value).as(List::of);
    }

    private static List<String> used(TemplateEncoder encoder, List<String> values) {
        return encoder.attributes().stream()
                .map(attribute -> attribute.equals("n") ? "" : values.get(attribute.charAt(0) - 'a'))
                .toList();
    }

    private static Map<String, AttributeValue> item(List<String> values) {
        return Map.of(
                "a", AttributeValue.fromS(values.get(0)),
                "b", AttributeValue.fromS(values.get(1)),
                "c", AttributeValue.fromS(values.get(2)),
                "n", AttributeValue.fromN("7"));
    }

    private static Map<String, AttributeValue> number(String n) {
        assertThat(new BigDecimal(n)).isNotNull();
        return Map.of("n", AttributeValue.fromN(n));
    }

    private static TemplateEncoder encoder(String template) {
        return new TemplateEncoder(KeyTemplate.parse(template));
    }
}
