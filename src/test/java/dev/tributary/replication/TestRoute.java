package dev.tributary.replication;

import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.model.DeletePolicy;
import dev.tributary.projection.KeyTemplate;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.BackfillSettings.BackfillStart;
import dev.tributary.table.TargetSettings;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Settings of a route, as a test states them. */
public record TestRoute(String table, ProjectionSettings projection, TargetSettings target) {

    private static final BackfillSettings NOT_FILLED = new BackfillSettings(BackfillStart.MANUAL, 100);
    private static final VerifySettings NOT_VERIFIED = new VerifySettings(Optional.empty(), 25);

    /** Everything, and removals too. */
    public static TestRoute to(String table) {
        return new TestRoute(
                table,
                new ProjectionSettings(
                        Optional.empty(), Optional.empty(), Map.of(), DeletePolicy.HARD, MissingKeyPolicy.DROP_ROW),
                new TargetSettings(CollisionPolicy.LATEST, Duration.ofDays(7), Optional.empty(), 25));
    }

    public TestRoute including(String... names) {
        return projecting(new ProjectionSettings(
                Optional.of(Set.of(names)),
                projection.exclude(),
                projection.key(),
                projection.deletes(),
                projection.missingKey()));
    }

    public TestRoute excluding(String... names) {
        return projecting(new ProjectionSettings(
                projection.include(),
                Optional.of(Set.of(names)),
                projection.key(),
                projection.deletes(),
                projection.missingKey()));
    }

    /** With this key attribute made by a template. */
    public TestRoute key(String attribute, String template) {
        Map<String, KeyTemplate> more = new TreeMap<>(projection.key());
        more.put(attribute, KeyTemplate.parse(template));
        return projecting(new ProjectionSettings(
                projection.include(), projection.exclude(), more, projection.deletes(), projection.missingKey()));
    }

    public TestRoute deletes(DeletePolicy policy) {
        return projecting(new ProjectionSettings(
                projection.include(), projection.exclude(), projection.key(), policy, projection.missingKey()));
    }

    public TestRoute missingKey(MissingKeyPolicy policy) {
        return projecting(new ProjectionSettings(
                projection.include(), projection.exclude(), projection.key(), projection.deletes(), policy));
    }

    public TestRoute collisions(CollisionPolicy policy) {
        return new TestRoute(
                table,
                projection,
                new TargetSettings(policy, target.tombstoneTtl(), target.tombstoneAttribute(), target.batchSize()));
    }

    private TestRoute projecting(ProjectionSettings other) {
        return new TestRoute(table, other, target);
    }

    public RouteSettings settings() {
        return new RouteSettings(table, PlaceSettings.DEFAULT, true, projection, target, NOT_FILLED, NOT_VERIFIED);
    }
}
