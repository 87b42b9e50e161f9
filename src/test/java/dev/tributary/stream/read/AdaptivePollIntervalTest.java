package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.kinesis.retrieval.polling.SleepTimeControllerConfig;

class AdaptivePollIntervalTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final AdaptivePollInterval sleep = new AdaptivePollInterval(() -> NOW);

    @ParameterizedTest(name = "{0} records {1} ms ago: {2} ms")
    @CsvSource({
        "1000, 0, 0",
        "100, 0, 0",
        "99, 0, 50",
        "1, 0, 50",
        "1, 20, 30",
        "0, 0, 100",
        "0, 40, 60",
        "0, 100, 0",
        "0, 500, 0",
        "0, -3600000, 100",
        "1, -3600000, 50"
    })
    void pausesTheLessTheMoreComes(int records, int millisAgo, long pause) {
        var config = SleepTimeControllerConfig.builder()
                .idleMillisBetweenCalls(100)
                .lastRecordsCount(records)
                .lastSuccessfulCall(NOW.minusMillis(millisAgo))
                .build();
        assertThat(sleep.getSleepTimeMillis(config)).isEqualTo(pause);
    }

    @Test
    void theFirstReadIsNotDelayed() {
        assertThat(sleep.getSleepTimeMillis(SleepTimeControllerConfig.builder()
                        .idleMillisBetweenCalls(100)
                        .build()))
                .isZero();
    }
}
