package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ImagesTest {

    private static final VersionStamp MARK = new VersionStamp(
            new ItemKey("users/ada"), Version.of("2026-11-21T00:00:00.000", "42"), Instant.ofEpochSecond(1));

    @Property(tries = 300)
    void imagesAreDecodedAsTheyWere(@ForAll("items") Item before, @ForAll("items") Item after) {
        assertReadBack(new Change.Insert(MARK, after));
        assertReadBack(new Change.Modify(MARK, before, after));
        assertReadBack(new Change.Remove(MARK, before));
    }

    @Test
    void everyTypeIsDecodedAsItWas() {
        Map<String, AttributeValue> attributes = new HashMap<>(Map.of(
                "text", AttributeValue.fromS("Zürich \u0000 🚲"),
                "unpaired", AttributeValue.fromS("\ud800"),
                "number", AttributeValue.fromN("12345678901234567890123456789012345678"),
                "small", AttributeValue.fromN("-1.2345678901234567890123456789012345678E-129"),
                "binary", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127, -128})),
                "bool", AttributeValue.fromBool(false),
                "null", AttributeValue.fromNul(true),
                "texts", AttributeValue.fromSs(List.of("a", "")),
                "numbers", AttributeValue.fromNs(List.of("1", "2.50"))));
        attributes.put("binaries", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("x"))));
        attributes.put("empty list", AttributeValue.fromL(List.of()));
        attributes.put("empty map", AttributeValue.fromM(Map.of()));
        attributes.put("n".repeat(65_535), AttributeValue.fromL(List.of(AttributeValue.fromM(attributes))));
        assertReadBack(new Change.Insert(MARK, new Item(attributes)));
    }

    @Test
    void anUndecodedRecordIsDecodedAsItWas() {
        assertReadBack(new Change.Undecoded(MARK, "undecodable record: why", "{\"eventName\":\"\\ud800 🚲\"}"));
    }

    @Test
    void otherBytesAreRefused() {
        byte[] half = Images.encode(new Change.Insert(MARK, new Item(Map.of("a", AttributeValue.fromS("b")))));
        assertThatThrownBy(() -> Images.decode(java.util.Arrays.copyOf(half, half.length / 2), MARK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be decoded");
    }

    private static void assertReadBack(Change change) {
        assertThat(Images.decode(Images.encode(change), MARK)).isEqualTo(change);
    }

    @Provide
    Arbitrary<Item> items() {
        return attributes(3).map(Item::new);
    }

    private static Arbitrary<Map<String, AttributeValue>> attributes(int depth) {
        return Arbitraries.maps(Arbitraries.strings().ofMaxLength(8), value(depth))
                .ofMaxSize(5);
    }

    private static Arbitrary<AttributeValue> value(int depth) {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(20);
        Arbitrary<String> number = Arbitraries.bigDecimals().map(String::valueOf);
        Arbitrary<SdkBytes> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(SdkBytes::fromByteArray);
        Arbitrary<AttributeValue> scalars = Arbitraries.oneOf(
                text.map(AttributeValue::fromS),
                number.map(AttributeValue::fromN),
                bytes.map(AttributeValue::fromB),
                Arbitraries.of(true, false).map(AttributeValue::fromBool),
                Arbitraries.just(AttributeValue.fromNul(true)),
                text.list().ofMinSize(1).ofMaxSize(4).map(AttributeValue::fromSs),
                number.list().ofMinSize(1).ofMaxSize(4).map(AttributeValue::fromNs),
                bytes.list().ofMinSize(1).ofMaxSize(4).map(AttributeValue::fromBs));
        return depth == 0
                ? scalars
                : Arbitraries.oneOf(
                        scalars,
                        Arbitraries.lazy(() -> value(depth - 1))
                                .list()
                                .ofMaxSize(4)
                                .map(AttributeValue::fromL),
                        Arbitraries.lazy(() -> attributes(depth - 1)).map(AttributeValue::fromM));
    }
}
