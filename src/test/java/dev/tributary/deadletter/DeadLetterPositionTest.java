package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class DeadLetterPositionTest {

    private static final String LABEL = "2026-11-21T00:00:00.000";

    @Property
    void positionsOfAnItemAreInTheOrderOfVersions(
            @ForAll @LongRange(min = 0) long one, @ForAll @LongRange(min = 0) long other) {
        DeadLetterPosition a = new DeadLetterPosition("item", version(one));
        DeadLetterPosition b = new DeadLetterPosition("item", version(other));
        assertThat(Integer.signum(a.encoded().compareTo(b.encoded()))).isEqualTo(Long.compare(one, other));
    }

    @Property
    void imagesOfAnItemAreInTheOrderOfVersionsAndParts(
            @ForAll @LongRange(min = 0) long one,
            @ForAll @LongRange(min = 0) long other,
            @ForAll @IntRange(max = 99) int part,
            @ForAll @IntRange(max = 99) int otherPart) {
        int expected = one == other ? Integer.compare(part, otherPart) : Long.compare(one, other);
        assertThat(Integer.signum(DeadLetterPosition.part(version(one), part)
                        .compareTo(DeadLetterPosition.part(version(other), otherPart))))
                .isEqualTo(expected);
        assertThat(DeadLetterPosition.part(version(one), part).startsWith(DeadLetterPosition.parts(version(other))))
                .isEqualTo(one == other);
    }

    @Property
    void itemsAreInOneOrderOverAllBuckets(@ForAll String one, @ForAll String other) {
        String a = DeadLetterPosition.item(new ItemKey(one));
        String b = DeadLetterPosition.item(new ItemKey(other));
        List<String> buckets = DeadLetterPosition.buckets("users.by-city");
        assertThat(buckets)
                .hasSize(DeadLetterPosition.BUCKETS)
                .isSorted()
                .contains(DeadLetterPosition.bucket("users.by-city", a));
        if (a.compareTo(b) < 0) {
            assertThat(DeadLetterPosition.bucket("users.by-city", a))
                    .isLessThanOrEqualTo(DeadLetterPosition.bucket("users.by-city", b));
        }
        assertThat(new DeadLetterPosition(a, version(0)).encoded())
                .isBetween(DeadLetterPosition.START, DeadLetterPosition.END);
    }

    @Property
    void positionsOfTwoItemsDoNotInterleave(
            @ForAll String one, @ForAll String other, @ForAll @LongRange(min = 0) long number) {
        String position = new DeadLetterPosition(DeadLetterPosition.item(new ItemKey(one)), version(number)).encoded();
        assertThat(position.startsWith(DeadLetterPosition.prefix(DeadLetterPosition.item(new ItemKey(other)))))
                .isEqualTo(one.equals(other));
    }

    @Property
    void aPositionIsParsedAsItWasEncoded(@ForAll String owner, @ForAll @LongRange(min = 0) long number) {
        DeadLetterPosition position =
                new DeadLetterPosition(DeadLetterPosition.item(new ItemKey(owner)), version(number));
        assertThat(DeadLetterPosition.parse(position.encoded())).isEqualTo(position);
    }

    @Test
    void aVersionOfALaterStreamIsGreater() {
        assertThat(new DeadLetterPosition("item", Version.of(LABEL, "9")).encoded())
                .isLessThan(new DeadLetterPosition("item", Version.of("2026-11-22T00:00:00.000", "1")).encoded());
    }

    @Test
    void theLongestKeyFitsASortKey() {
        String owner = "t".repeat(255) + "/" + "k".repeat(2048) + "|" + "k".repeat(1024);
        assertThat(new DeadLetterPosition(DeadLetterPosition.item(new ItemKey(owner)), version(1))
                        .encoded()
                        .length())
                .isLessThan(1024);
    }

    @Test
    void anotherTextIsRefused() {
        assertThatThrownBy(() -> DeadLetterPosition.parse("item"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("item");
    }

    private static Version version(long number) {
        return Version.of(LABEL, Long.toString(number));
    }
}
