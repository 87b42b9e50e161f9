package dev.tributary.config;

import dev.tributary.config.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.config.TargetSettings.CollisionPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Settings of a source for tests that go without a file: quick to poll and to checkpoint. */
public record TestSource(
        String table,
        Duration pollInterval,
        Duration checkpointInterval,
        int maxInFlight,
        GapPolicy gaps,
        Map<String, RouteSettings> route) {

    public static TestSource of(String table, Route route) {
        return new TestSource(
                table,
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                1000,
                GapPolicy.STOP,
                Map.of("route", route.settings()));
    }

    public TestSource gaps(GapPolicy policy) {
        return new TestSource(table, pollInterval, checkpointInterval, maxInFlight, policy, route);
    }

    public SourceSettings settings() {
        return new SourceSettings(
                table,
                new Location(Optional.empty(), Optional.empty()),
                Optional.empty(),
                pollInterval,
                checkpointInterval,
                maxInFlight,
                16 << 20,
                gaps,
                route);
    }

    /** Settings of a route, as a test states them. */
    public record Route(String table, ProjectionSettings projection, TargetSettings target) {

        /** Everything, and removals too. */
        public static Route to(String table) {
            return new Route(
                    table,
                    new ProjectionSettings(
                            Optional.empty(), Optional.empty(), Map.of(), DeletePolicy.HARD, MissingKeyPolicy.DROP_ROW),
                    new TargetSettings(CollisionPolicy.LATEST, Duration.ofDays(7), Optional.empty(), 25));
        }

        public Route including(String... names) {
            return projecting(new ProjectionSettings(
                    Optional.of(Set.of(names)),
                    projection.exclude(),
                    projection.key(),
                    projection.deletes(),
                    projection.missingKey()));
        }

        public Route excluding(String... names) {
            return projecting(new ProjectionSettings(
                    projection.include(),
                    Optional.of(Set.of(names)),
                    projection.key(),
                    projection.deletes(),
                    projection.missingKey()));
        }

        /** With this key attribute made by a template. */
        public Route key(String attribute, String template) {
            Map<String, KeyTemplate> more = new TreeMap<>(projection.key());
            more.put(attribute, KeyTemplate.parse(template));
            return projecting(new ProjectionSettings(
                    projection.include(), projection.exclude(), more, projection.deletes(), projection.missingKey()));
        }

        public Route deletes(DeletePolicy policy) {
            return projecting(new ProjectionSettings(
                    projection.include(), projection.exclude(), projection.key(), policy, projection.missingKey()));
        }

        public Route missingKey(MissingKeyPolicy policy) {
            return projecting(new ProjectionSettings(
                    projection.include(), projection.exclude(), projection.key(), projection.deletes(), policy));
        }

        public Route collisions(CollisionPolicy policy) {
            return new Route(
                    table,
                    projection,
                    new TargetSettings(policy, target.tombstoneTtl(), target.tombstoneAttribute(), target.batchSize()));
        }

        private Route projecting(ProjectionSettings other) {
            return new Route(table, other, target);
        }

        public RouteSettings settings() {
            return new RouteSettings(table, new Location(Optional.empty(), Optional.empty()), projection, target);
        }
    }
}
