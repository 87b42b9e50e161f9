package dev.tributary.config;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of a source for tests that go without a file: quick to poll and to checkpoint. */
public record TestSource(String table, int maxInFlight, SourceSettings.GapPolicy gaps, Map<String, RouteSettings> route)
        implements SourceSettings {

    public static TestSource of(String table, RouteSettings route) {
        return new TestSource(table, 1000, GapPolicy.STOP, Map.of("route", route));
    }

    public TestSource gaps(GapPolicy policy) {
        return new TestSource(table, maxInFlight, policy, route);
    }

    @Override
    public Optional<String> identity() {
        return Optional.empty();
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofMillis(20);
    }

    @Override
    public Duration checkpointInterval() {
        return Duration.ofMillis(100);
    }

    @Override
    public int maxInFlightBytes() {
        return 16 << 20;
    }

    @Override
    public Optional<String> region() {
        return Optional.empty();
    }

    @Override
    public Optional<URI> endpoint() {
        return Optional.empty();
    }

    public static KeyTemplate template(String text) {
        return KeyTemplate.parse(text);
    }

    /** Settings of a route to {@code table}. */
    public record Route(
            String table,
            Optional<Set<String>> include,
            Optional<Set<String>> exclude,
            Map<String, KeyTemplate> key,
            DeletePolicy deletes,
            MissingKeyPolicy missingKey,
            CollisionPolicy collisions,
            int batchSize)
            implements RouteSettings {

        /** Everything, and removals too. */
        public static Route to(String table) {
            return new Route(
                    table,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    DeletePolicy.HARD,
                    MissingKeyPolicy.DROP_ROW,
                    CollisionPolicy.LATEST,
                    25);
        }

        public Route including(String... names) {
            return new Route(
                    table, Optional.of(Set.of(names)), exclude, key, deletes, missingKey, collisions, batchSize);
        }

        public Route excluding(String... names) {
            return new Route(
                    table, include, Optional.of(Set.of(names)), key, deletes, missingKey, collisions, batchSize);
        }

        /** With this key attribute made by a template. */
        public Route key(String attribute, String template) {
            Map<String, KeyTemplate> more = new HashMap<>(key);
            more.put(attribute, template(template));
            return new Route(table, include, exclude, more, deletes, missingKey, collisions, batchSize);
        }

        public Route collisions(CollisionPolicy policy) {
            return new Route(table, include, exclude, key, deletes, missingKey, policy, batchSize);
        }

        @Override
        public Duration tombstoneTtl() {
            return Duration.ofDays(7);
        }

        @Override
        public Optional<String> tombstoneAttribute() {
            return Optional.empty();
        }

        public Route deletes(DeletePolicy policy) {
            return new Route(table, include, exclude, key, policy, missingKey, collisions, batchSize);
        }

        public Route missingKey(MissingKeyPolicy policy) {
            return new Route(table, include, exclude, key, deletes, policy, collisions, batchSize);
        }

        @Override
        public Optional<String> region() {
            return Optional.empty();
        }

        @Override
        public Optional<URI> endpoint() {
            return Optional.empty();
        }
    }
}
