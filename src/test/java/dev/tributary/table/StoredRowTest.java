package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class StoredRowTest {

    private static final KeySchema KEY = KeySchema.parse("id:S");

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static StoredRow stored(Map<String, AttributeValue> attributes) {
        return StoredRow.of(attributes, KEY);
    }

    private static Row row(Map<String, AttributeValue> attributes) {
        return stored(attributes).row();
    }

    @Test
    void theOrderOfASetHasNoMeaningAtAnyDepth() {
        AttributeValue tags = AttributeValue.fromSs(List.of("a", "b"));
        AttributeValue sameTags = AttributeValue.fromSs(List.of("b", "a"));
        StoredRow row = stored(Map.of(
                "id",
                text("1"),
                "tags",
                tags,
                "list",
                AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of("tags", tags))))));
        Row same = row(Map.of(
                "id",
                text("1"),
                "tags",
                sameTags,
                "list",
                AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of("tags", sameTags))))));
        assertThat(row.holds(same)).isTrue();
        assertThat(row.differing(same)).isEmpty();
    }

    @Test
    void attributesThatAreMissingOnEitherSideOrHaveOtherValuesDiffer() {
        StoredRow row = stored(Map.of("id", text("1"), "here", text("x"), "both", text("x"), "same", text("x")));
        Row other =
                row(Map.of("id", text("1"), "there", text("x"), "both", AttributeValue.fromN("1"), "same", text("x")));
        assertThat(row.differing(other)).containsExactly("both", "here", "there");
        assertThat(row.holds(other)).isFalse();
        assertThat(new Item(row.row().key().attributes())).isEqualTo(other.key());
    }
}
