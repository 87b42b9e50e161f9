package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PositionTest {

    private static final String LABEL = "2026-11-21T00:00:00.000";

    @Property
    void positionsOfAnItemAreInTheOrderOfVersionsAndParts(
            @ForAll @LongRange(min = 0) long one,
            @ForAll @LongRange(min = 0) long other,
            @ForAll @IntRange(max = 99) int part,
            @ForAll @IntRange(max = 99) int otherPart) {
        Position a = new Position("item", version(one), part);
        Position b = new Position("item", version(other), otherPart);
        int expected = one == other ? Integer.compare(part, otherPart) : Long.compare(one, other);
        assertThat(Integer.signum(a.encoded().compareTo(b.encoded()))).isEqualTo(expected);
    }

    @Property
    void noItemStandsAmongThePositionsOfAnother(
            @ForAll String one, @ForAll String other, @ForAll @LongRange(min = 0) long number) {
        String position = new Position(Position.item(new ItemKey(one)), version(number), 0).encoded();
        assertThat(position.startsWith(Position.prefix(Position.item(new ItemKey(other)))))
                .isEqualTo(one.equals(other));
    }

    @Property
    void aPositionIsReadBack(@ForAll String owner, @ForAll @LongRange(min = 0) long number) {
        Position position = new Position(Position.item(new ItemKey(owner)), version(number), 7);
        assertThat(Position.parse(position.encoded())).isEqualTo(position);
    }

    @Test
    void aLaterStreamComesLater() {
        assertThat(new Position("item", Version.of(LABEL, "9"), 0).encoded())
                .isLessThan(new Position("item", Version.of("2026-11-22T00:00:00.000", "1"), 0).encoded());
    }

    @Test
    void theLongestKeyFitsASortKey() {
        String owner = "t".repeat(255) + "/" + "k".repeat(2048) + "|" + "k".repeat(1024);
        assertThat(new Position(Position.item(new ItemKey(owner)), version(1), 0)
                        .encoded()
                        .length())
                .isLessThan(1024);
    }

    @Test
    void anotherTextIsNoPosition() {
        assertThatThrownBy(() -> Position.parse("item#1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("item#1");
    }

    private static Version version(long number) {
        return Version.of(LABEL, Long.toString(number));
    }
}
