package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** How often the pipelines of a route's shards read which items are parked. */
class ParkedItemsRefreshTest {

    private static final int SHARDS = 50;

    /** Queries of one read. */
    private static final int BUCKETS = 16;

    private final VirtualTime time = new VirtualTime();
    private final FakeTables tables = new FakeTables();
    private final VirtualTimer timer = new VirtualTimer(time);
    private final FakeDynamoDb client = new FakeDynamoDb(tables, new CountedQueries());
    private final ParkedItemIndex index = client.deadLetters("users.by_city", () -> time.now() * 1_000_000, 100);
    private final List<ReplicationPipeline> pipelines = new ArrayList<>();
    private boolean leased = true;
    private int queries;

    /** Answers after 20 ms. */
    private final class CountedQueries implements FakeDynamoDb.Network {
        @Override
        public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
            if (request instanceof QueryRequest) {
                queries++;
            }
            CompletableFuture<T> answer = new CompletableFuture<>();
            time.in(20, () -> answer.complete(call.get()));
            return answer;
        }
    }

    @Test
    void theShardsOfARouteReadTogetherAtTheirStartAndOncePerMinute() {
        tables.create(FakeDynamoDb.DEAD_LETTERS, "partition", "position");
        CompletableFuture<?> parked = index.park(change(), "why", () -> true);
        time.runUntil(parked::isDone, Long.MAX_VALUE);
        for (int shard = 0; shard < SHARDS; shard++) {
            time.in(shard % 10, () -> pipelines.add(pipeline()));
        }
        runFor(Duration.ofSeconds(10));
        assertThat(pipelines).hasSize(SHARDS);
        assertThat(queries).isBetween(BUCKETS, 2 * BUCKETS);

        queries = 0;
        runFor(Duration.ofMinutes(10));
        assertThat(queries).isBetween(8 * BUCKETS, 11 * BUCKETS);
        leased = false;
        time.runOut();
    }

    /** Otherwise a change would overtake one that the shard's last owner parked. */
    @Test
    void aPipelineReadsAtItsStartWhatWasParkedSinceTheLastRead() {
        tables.create(FakeDynamoDb.DEAD_LETTERS, "partition", "position");
        pipelines.add(pipeline());
        runFor(Duration.ofSeconds(1));
        ParkedItemIndex other = client.deadLetters("users.by_city", () -> time.now() * 1_000_000, 100);
        CompletableFuture<?> parked = other.park(change(), "why", () -> true);
        time.runUntil(parked::isDone, Long.MAX_VALUE);
        assertThat(index.holds(change().stamp().owner())).isFalse();
        pipelines.add(pipeline());
        runFor(Duration.ofSeconds(1));
        assertThat(index.holds(change().stamp().owner())).isTrue();
        leased = false;
        time.runOut();
    }

    private ReplicationPipeline pipeline() {
        Route route = new Route(
                "users.by_city",
                "table of " + "users.by_city",
                new Projection(
                        TestRoute.to("users_by_city").projection(),
                        new KeySchema(new KeyAttribute("city", AttributeType.S), Optional.empty())),
                new BatchingTable(
                        new TargetTable(client, "users_by_city", Policies.USUAL),
                        new BatchingTable.Limits(4, 1, 3),
                        timer,
                        () -> time.now() * 1_000_000),
                index);
        return new ReplicationPipeline(
                List.of(route),
                GivenLateWrites.none().shard("shard"),
                10,
                () -> leased,
                timer,
                new SimpleMeterRegistry(),
                new Health(),
                failure -> {
                    throw new AssertionError(failure);
                });
    }

    private void runFor(Duration duration) {
        long end = time.now() + duration.toMillis();
        time.in(duration.toMillis(), () -> {});
        time.runUntil(() -> time.now() >= end, end);
    }

    private static Change change() {
        return new Change.Insert(
                new VersionStamp(new ItemKey("users/ada"), Version.of("2026-11-21T00:00:00.000", "1"), Instant.EPOCH),
                new Item(Map.of("city", AttributeValue.fromN("1"))));
    }
}
