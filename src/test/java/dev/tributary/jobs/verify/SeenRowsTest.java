package dev.tributary.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.jobs.verify.SeenRows.Claim;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeenRowsTest {

    @Test
    void knowsWhatAMapKnows() {
        Random random = new Random(3);
        Map<Long, Long> rows = new HashMap<>();
        SeenRows seen = new SeenRows(1_000);
        for (int i = 0; i < 1_000; i++) {
            long place = random.nextInt(700) + 1L; // 0 is taken for 1; small numbers all want the first slot
            rows.put(place, (long) i);
            seen.add(place, i);
        }
        assertThat(seen.allClaimed()).isFalse();
        for (long place = 1; place < 710; place++) {
            Long content = rows.get(place);
            assertThat(seen.isClaimed(place)).isFalse();
            if (content == null) {
                assertThat(seen.claim(place, 1)).isEqualTo(Claim.UNKNOWN);
            } else {
                assertThat(seen.claim(place, content)).isEqualTo(Claim.EQUAL);
                assertThat(seen.claim(place, -1)).isEqualTo(Claim.OTHER);
                assertThat(seen.isClaimed(place)).isTrue();
            }
        }
        assertThat(seen.allClaimed()).isTrue();
    }

    @Test
    void aFullTableOfRandomDigestsKnowsThemAll() {
        Random random = new Random(3);
        SeenRows seen = new SeenRows(100_000);
        long[] places = random.longs(100_000).toArray();
        for (long place : places) {
            seen.add(place, place + 1);
        }
        for (long place : places) {
            assertThat(seen.claim(place, place + 1)).isEqualTo(Claim.EQUAL);
        }
        assertThat(seen.allClaimed()).isTrue();
    }

    @Test
    void rowsBeyondTheCapacityAreNotKeptAndThatIsKnown() {
        for (int capacity = 0; capacity < 40; capacity++) {
            SeenRows seen = new SeenRows(capacity);
            for (int i = 1; i <= capacity; i++) {
                seen.add(i, i);
                assertThat(seen.claim(i, i)).isEqualTo(Claim.EQUAL);
            }
            assertThat(seen.allClaimed()).isTrue();
            seen.add(1_000, 1);
            assertThat(seen.claim(1_000, 1)).isEqualTo(Claim.UNKNOWN);
            assertThat(seen.allClaimed()).isFalse();
        }
    }
}
