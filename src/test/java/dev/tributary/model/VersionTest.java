package dev.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import org.junit.jupiter.api.Test;

class VersionTest {

    private static final String LABEL = "2026-11-21T02:00:00.123";

    @Property
    void versionsOfAStreamCompareAsTheirSequenceNumbersDo(
            @ForAll @BigRange(min = "0", max = "9999999999999999999999999999999999999999") BigInteger one,
            @ForAll @BigRange(min = "0", max = "9999999999999999999999999999999999999999") BigInteger other) {
        assertThat(Integer.signum(Version.of(LABEL, one.toString()).compareTo(Version.of(LABEL, other.toString()))))
                .isEqualTo(one.compareTo(other));
    }

    @Test
    void everyVersionOfALaterStreamIsNewer() {
        assertThat(Version.of("2026-11-21T02:00:00.124", "1")).isGreaterThan(Version.of(LABEL, "9".repeat(40)));
    }

    @Test
    void aSequenceNumberThatIsNoneIsRefused() {
        for (String wrong : new String[] {"", "12a", "-1", "9".repeat(41)}) {
            assertThatThrownBy(() -> Version.of(LABEL, wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theSuccessorOfAVersionIsBeforeTheNextChange() {
        Version change = Version.of("2026-11-21T00:00:00.000", "9");
        assertThat(change.successor()).isGreaterThan(change);
        assertThat(change.successor()).isLessThan(Version.of("2026-11-21T00:00:00.000", "10"));
        assertThat(change.successor().successor()).isGreaterThan(change.successor());
        assertThat(change.successor()).isLessThan(Version.beforeAllOf("2026-11-21T00:00:00.000+"));
    }

    @Test
    void theVersionBeforeAllOfAnEpochIsAfterAllOfTheOneBefore() {
        Version before = Version.beforeAllOf("2026-11-21T00:00:00.000+");
        assertThat(before).isLessThan(Version.of("2026-11-21T00:00:00.000+", "1"));
        assertThat(before).isGreaterThan(Version.of("2026-11-21T00:00:00.000", "9".repeat(40)));
    }

    @Test
    void onlyTheVersionBeforeAllIsNotThatOfOneChange() {
        assertThat(Version.beforeAllOf(LABEL).isOfOneChange()).isFalse();
        assertThat(Version.of(LABEL, "1").isOfOneChange()).isTrue();
        assertThat(Version.of(LABEL, "1" + "0".repeat(39)).isOfOneChange()).isTrue();
    }
}
