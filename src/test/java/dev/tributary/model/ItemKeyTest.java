package dev.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemKeyTest {

    /** The alphabet is small and full of the encoding's own characters, so that collisions would be found. */
    @Property(tries = 5_000)
    void keysAreEqualExactlyWhenTheirValuesAre(
            @ForAll @Chars({'a', '|', '\\'}) @StringLength(max = 4) String p1,
            @ForAll @Chars({'a', '|', '\\'}) @StringLength(max = 4) String s1,
            @ForAll @Chars({'a', '|', '\\'}) @StringLength(max = 4) String p2,
            @ForAll @Chars({'a', '|', '\\'}) @StringLength(max = 4) String s2) {
        assertThat(key(p1, s1).equals(key(p2, s2))).isEqualTo(p1.equals(p2) && s1.equals(s2));
    }

    @Test
    void theTextOfAKeyTellsNothingOfItsValue() {
        assertThat(key("ada@example.com", "x").toString()).doesNotContain("ada").startsWith("item#");
    }

    @Property(tries = 2_000)
    void keysAreReadBackAsTheAttributesTheyWereMadeOf(
            @ForAll @Chars({'a', '|', '\\', '/'}) @StringLength(max = 5) String sort,
            @ForAll int number,
            @ForAll byte[] bytes) {
        KeySchema schema = KeySchema.parse("p:N, a:S");
        Map<String, AttributeValue> key =
                Map.of("p", AttributeValue.fromN(Integer.toString(number)), "a", AttributeValue.fromS(sort));
        assertThat(ItemKey.of("t", key).attributes("t", schema)).contains(new Item(key));
        Map<String, AttributeValue> binary = Map.of("b", AttributeValue.fromB(SdkBytes.fromByteArray(bytes)));
        assertThat(ItemKey.of("t", binary).attributes("t", KeySchema.parse("b:B")))
                .contains(new Item(binary));
    }

    @Test
    void aKeyOfAnotherSourceOrAnotherSchemaHasNoAttributes() {
        ItemKey key = key("a", "b");
        assertThat(key.attributes("other", KeySchema.parse("p:S, s:S"))).isEmpty();
        assertThat(key.attributes("t", KeySchema.parse("p:S"))).isEmpty();
        assertThat(new ItemKey("t/%").attributes("t", KeySchema.parse("p:B"))).isEmpty();
    }

    private static ItemKey key(String partition, String sort) {
        return ItemKey.of("t", Map.of("p", AttributeValue.fromS(partition), "s", AttributeValue.fromS(sort)));
    }
}
