package dev.tributary.stream;

import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.replication.RouteSettings;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.read.GapPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Settings of a source for tests that go without a file: quick to poll and to checkpoint. */
public record TestSource(
        String table,
        StartPosition start,
        Duration pollInterval,
        Duration idlePollInterval,
        Duration checkpointInterval,
        int maxInFlight,
        GapPolicy gaps,
        Map<String, RouteSettings> route) {

    public TestSource(
            String table,
            Duration pollInterval,
            Duration idlePollInterval,
            Duration checkpointInterval,
            int maxInFlight,
            GapPolicy gaps,
            Map<String, RouteSettings> route) {
        this(
                table,
                StartPosition.TRIM_HORIZON,
                pollInterval,
                idlePollInterval,
                checkpointInterval,
                maxInFlight,
                gaps,
                route);
    }

    public static TestSource of(String table, TestRoute route) {
        return new TestSource(
                table,
                Duration.ofMillis(20),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                1000,
                GapPolicy.STOP,
                Map.of("route", route.settings()));
    }

    public TestSource gaps(GapPolicy policy) {
        return new TestSource(
                table, start, pollInterval, idlePollInterval, checkpointInterval, maxInFlight, policy, route);
    }

    public SourceSettings settings() {
        return new SourceSettings(
                table,
                PlaceSettings.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                start,
                pollInterval,
                idlePollInterval,
                checkpointInterval,
                maxInFlight,
                16 << 20,
                gaps,
                route);
    }
}
