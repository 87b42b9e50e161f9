package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Whether a shard that no worker has read yet has lost changes. */
class GapHandlerTest {

    private static final Instant SINCE = Instant.parse("2026-11-20T12:00:00Z");

    private boolean hasGap(Instant opened, Duration sinceReadingBegan) {
        var client = new DynamoDbAsyncClient() {
            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
        GapHandler.Context context = new GapHandler.Context(
                "users",
                "leases",
                "worker",
                GapPolicy.STOP,
                new SourceStateRow(client, "leases", "users"),
                new SourceHealth("users", new Health(), new SimpleMeterRegistry(), thrown -> {}),
                () -> SINCE.plus(sinceReadingBegan),
                () -> {});
        return new GapHandler(context, "arn", SINCE)
                .before("shardId-%020d-0a1b2c3d".formatted(opened.toEpochMilli()))
                .isPresent();
    }

    @Test
    void aShardThatOpenedWhileReadingWasOnLosesChangesAfterADay() {
        Instant opened = SINCE.plus(Duration.ofHours(1));
        assertThat(hasGap(opened, Duration.ofHours(24))).isFalse();
        assertThat(hasGap(opened, Duration.ofHours(26))).isTrue();
    }

    @Test
    void aShardThatWasThereWhenReadingBeganMayHaveLostOlderChanges() {
        assertThat(hasGap(SINCE.minus(Duration.ofDays(2)), Duration.ofHours(23)))
                .isFalse();
    }

    /** Its first change was open for a day, across a restart. */
    @Test
    void aShardThatWasThereWhenReadingBeganLosesPromisedChangesADayAfterThat() {
        assertThat(hasGap(SINCE.minus(Duration.ofHours(1)), Duration.ofHours(25)))
                .isTrue();
    }
}
