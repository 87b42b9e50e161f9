package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.Version;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EpochTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.250Z");
    private static final String OLDER = stream("2026-11-20T08:00:00.000");
    private static final String LATER = stream("2026-11-21T12:00:01.000");

    @Test
    void aStreamThatIsOlderThanItsReadingBeginsWithTheReading() {
        assertThat(Epoch.first(OLDER, NOW).text()).isEqualTo("2026-11-21T12:00:00.250");
    }

    @Test
    void aStreamWhoseLabelIsAheadOfTheClockBeginsWithItsLabel() {
        assertThat(Epoch.first(LATER, NOW).text()).isEqualTo("2026-11-21T12:00:01.000");
    }

    @Test
    void everythingInTheNextStreamIsNewerForEveryLabelAndClock() {
        Epoch epoch = Epoch.first(LATER, NOW);
        Version last = Version.of(epoch.text(), "9".repeat(40));
        for (int streams = 0; streams < 3; streams++) {
            epoch = epoch.next(OLDER, NOW.minusSeconds(3600));
            assertThat(Version.of(epoch.text(), "1")).isGreaterThan(last);
            last = Version.of(epoch.text(), "9".repeat(40));
        }
        assertThat(epoch.next(OLDER, NOW.plusSeconds(60)).text()).isEqualTo("2026-11-21T12:01:00.250");
    }

    private static String stream(String label) {
        return "arn:aws:dynamodb:us-east-1:111122223333:table/users/stream/" + label;
    }
}
