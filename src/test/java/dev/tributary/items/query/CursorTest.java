package dev.tributary.items.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.items.query.SortCondition.Operator;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class CursorTest {

    private static final KeySchema TABLE = KeySchema.parse("id:B, at:N");

    /** With two attributes in its partition key and two in its sort key. */
    private static final QueryKey INDEX = new QueryKey(
            Optional.of("by-state"),
            true,
            KeySchema.parse("state:S, city:S").attributes(),
            KeySchema.parse("zip:N, at:N").attributes(),
            Optional.empty());

    private static final Map<String, AttributeValue> LAST = Map.of(
            "state", AttributeValue.fromS("New York"),
            "city", AttributeValue.fromS("Brooklyn"),
            "zip", AttributeValue.fromN("11208"),
            "at", AttributeValue.fromN("-1.5"),
            "id", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 7})));

    private static Cursor cursor(String resource, ItemQuery query) {
        return new Cursor(resource, TABLE, query);
    }

    private static ItemQuery query(String city, boolean ascending, Optional<SortCondition> condition) {
        return new ItemQuery(
                INDEX,
                Map.of("state", AttributeValue.fromS("New York"), "city", AttributeValue.fromS(city)),
                condition,
                ascending,
                10,
                false,
                FieldSelection.ALL);
    }

    private static Optional<SortCondition> zip(Operator operator, String... numbers) {
        return Optional.of(new SortCondition(
                new KeyAttribute("zip", AttributeType.N),
                operator,
                Stream.of(numbers).map(AttributeValue::fromN).toList()));
    }

    private static final ItemQuery QUERY = query("Brooklyn", true, zip(Operator.GTE, "11000"));

    private static final String TEXT = cursor("users", QUERY).of(LAST);

    @Test
    void leadsBackToTheKey() {
        assertThat(cursor("users", QUERY).read(TEXT)).contains(LAST);
        assertThat(TEXT).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void hasOnlyWhatTheQueryLeavesOpen() {
        assertThat(new String(Base64.getUrlDecoder().decode(TEXT), StandardCharsets.ISO_8859_1))
                .contains("11208")
                .doesNotContain("New York", "Brooklyn");
    }

    @Test
    void isReadWhateverTheLimitAndTheFields() {
        ItemQuery other = new ItemQuery(
                INDEX,
                QUERY.equal(),
                QUERY.condition(),
                true,
                99,
                false,
                new FieldSelection(Optional.of(Set.of("zip"))));
        assertThat(cursor("users", other).read(TEXT)).contains(LAST);
    }

    static Stream<ItemQuery> otherQueries() {
        return Stream.of(
                query("Queens", true, zip(Operator.GTE, "11000")),
                query("Brooklyn", false, zip(Operator.GTE, "11000")),
                query("Brooklyn", true, zip(Operator.GTE, "11001")),
                query("Brooklyn", true, zip(Operator.GT, "11000")),
                query("Brooklyn", true, zip(Operator.BETWEEN, "11000", "12000")),
                query("Brooklyn", true, Optional.empty()));
    }

    @ParameterizedTest
    @MethodSource("otherQueries")
    void ofAnotherQueryIsRefused(ItemQuery other) {
        assertThat(cursor("users", other).read(TEXT)).isEmpty();
    }

    @Test
    void ofAnotherResourceIsRefused() {
        assertThat(cursor("others", QUERY).read(TEXT)).isEmpty();
    }

    @Test
    void thatWasCutIsRefused() {
        assertThat(IntStream.range(0, TEXT.length()).mapToObj(end -> TEXT.substring(0, end)))
                .allMatch(cut -> cursor("users", QUERY).read(cut).isEmpty());
    }

    /** Also in the last character, whose lowest bits belong to no byte where the length leaves some over. */
    @ParameterizedTest
    @ValueSource(strings = {"-1.5", "-1.25", "-1.125"})
    void withAnyOtherCharacterIsRefused(String at) {
        Map<String, AttributeValue> last = new HashMap<>(LAST);
        last.put("at", AttributeValue.fromN(at));
        String text = cursor("users", QUERY).of(last);
        assertThat(cursor("users", QUERY).read(text)).contains(last);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ %";
        for (int i = 0; i < text.length(); i++) {
            for (int j = 0; j < alphabet.length(); j++) {
                String changed = text.substring(0, i) + alphabet.charAt(j) + text.substring(i + 1);
                if (!changed.equals(text)) {
                    assertThat(cursor("users", QUERY).read(changed)).as(changed).isEmpty();
                }
            }
        }
        assertThat(cursor("users", QUERY).read(text + "A")).isEmpty();
    }

    @Test
    void madeOfAnythingIsRefused() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            assertThat(cursor("users", QUERY)
                            .read(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                    .isEmpty();
        }
        assertThat(cursor("users", QUERY).read("A".repeat(1_000_000))).isEmpty();
    }

    /** A forger who computes the digest reaches only places in the result of the query. */
    @Test
    void outsideTheConditionIsRefusedAlsoWithTheRightDigest() {
        ItemQuery narrow = query("Brooklyn", true, zip(Operator.GTE, "20000"));
        assertThat(cursor("users", narrow).read(cursor("users", narrow).of(LAST)))
                .isEmpty();
    }

    @Test
    void withAKeyThatNoItemHasIsRefusedAlsoWithTheRightDigest() {
        for (Map<String, AttributeValue> other : List.of(
                Map.of("id", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[0]))),
                Map.of("id", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[2049]))),
                Map.of("at", AttributeValue.fromN("1E+200")))) {
            Map<String, AttributeValue> key = new HashMap<>(LAST);
            key.putAll(other);
            assertThat(cursor("users", QUERY).read(cursor("users", QUERY).of(key)))
                    .isEmpty();
        }
    }
}
