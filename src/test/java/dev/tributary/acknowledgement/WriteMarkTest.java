package dev.tributary.acknowledgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class WriteMarkTest {

    private static final VersionStamp STAMP =
            new VersionStamp(new ItemKey("source/key"), Version.of("2026-01-31T12:00:00.000", "1"), Instant.EPOCH);
    private static final WriteMark MARK = WriteMark.random();
    private static final Item PLAIN = new Item(Map.of());

    private static Item item(AttributeValue mark) {
        return new Item(Map.of(VersionStamp.WRITE, mark));
    }

    @Test
    void isThatOfTheWriteWhichBroughtIt() {
        assertThat(WriteMark.of(new Change.Insert(STAMP, item(MARK.ofWrite())))).contains(MARK);
        assertThat(WriteMark.of(new Change.Modify(STAMP, PLAIN, item(MARK.ofWrite()))))
                .contains(MARK);
        assertThat(WriteMark.of(new Change.Modify(STAMP, item(WriteMark.random().ofWrite()), item(MARK.ofWrite()))))
                .contains(MARK);
        assertThat(WriteMark.of(new Change.Remove(STAMP, item(MARK.ofRemoval()))))
                .contains(MARK);
    }

    @Test
    void isNotThatOfALaterOrAnEarlierChange() {
        assertThat(WriteMark.of(new Change.Modify(STAMP, item(MARK.ofWrite()), item(MARK.ofWrite()))))
                .isEmpty();
        assertThat(WriteMark.of(new Change.Modify(STAMP, item(MARK.ofWrite()), PLAIN)))
                .isEmpty();
        assertThat(WriteMark.of(new Change.Remove(STAMP, item(MARK.ofWrite())))).isEmpty();
        assertThat(WriteMark.of(new Change.Modify(STAMP, PLAIN, item(MARK.ofRemoval()))))
                .isEmpty();
        assertThat(WriteMark.of(new Change.Insert(STAMP, PLAIN))).isEmpty();
    }

    @Test
    void whatOthersWroteIntoTheAttributeIsNone() {
        for (AttributeValue other : List.of(
                AttributeValue.fromN("1"),
                AttributeValue.fromS(""),
                AttributeValue.fromS("w:"),
                AttributeValue.fromS("w:x"))) {
            assertThat(WriteMark.of(new Change.Insert(STAMP, item(other)))).isEmpty();
        }
    }
}
