package dev.tributary.replication;

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
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/** A pipeline in virtual time, with a target that replies after a given time, or throttles. */
public final class DistantTarget {

    private static final String TABLE = "copies";
    private static final String KEY = "id";
    private static final int CALLS = 10_000;

    private final VirtualTime time;
    private final FakeTables tables = new FakeTables();
    private final ReplicationPipeline pipeline;
    private Duration distance = Duration.ZERO;
    private boolean throttles;

    /** The target may reply to a call later than its lease would allow, so the fence has to permit that. */
    public DistantTarget(VirtualTime time, Fence fence, MeterRegistry registry) {
        this.time = time;
        tables.create(TABLE, KEY);
        FakeDynamoDb client = new FakeDynamoDb(tables, new FakeDynamoDb.Network() {
            @Override
            public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
                return answer(call);
            }
        });
        VirtualTimer timer = new VirtualTimer(time);
        pipeline = new ReplicationPipeline(
                List.of(new Route(
                        "items.copies",
                        "table of " + "items.copies",
                        new Projection(
                                TestRoute.to(TABLE).projection(),
                                new KeySchema(new KeyAttribute(KEY, AttributeType.S), Optional.empty())),
                        new BatchingTable(
                                new TargetTable(client, TABLE, Policies.USUAL),
                                new BatchingTable.Limits(1, CALLS, CALLS),
                                timer,
                                this::nanos),
                        new FakeDynamoDb(tables, FakeDynamoDb.Network.DIRECT)
                                .deadLetters("items.copies", this::nanos, 100))),
                GivenLateWrites.none().shard("shard"),
                CALLS,
                fence,
                timer,
                registry,
                new Health(),
                failure -> {
                    throw new AssertionError(failure);
                },
                this::nanos);
    }

    private long nanos() {
        return time.now() * 1_000_000;
    }

    private <T> CompletableFuture<T> answer(Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean refused = throttles;
        time.in(distance.toMillis(), () -> {
            if (refused) {
                answer.completeExceptionally(ProvisionedThroughputExceededException.builder()
                        .statusCode(400)
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("ProvisionedThroughputExceededException")
                                .build())
                        .build());
            } else {
                FakeDynamoDb.Network.DIRECT.send(null, call).whenComplete((response, thrown) -> {
                    if (thrown == null) {
                        answer.complete(response);
                    } else {
                        answer.completeExceptionally(thrown);
                    }
                });
            }
        });
        return answer;
    }

    public ReplicationPipeline pipeline() {
        return pipeline;
    }

    /** Replies to calls after this time from now on. */
    public void distance(Duration between) {
        distance = between;
    }

    public void throttle(boolean refuse) {
        throttles = refuse;
    }

    /** Submits the insertion of a new item, whose creation time has whole seconds, as that of a stream. */
    public void submit(int number, Instant createdAt) {
        Change change = new Change.Insert(
                new VersionStamp(
                        new ItemKey("items/" + number),
                        Version.of("2026-11-21T00:00:00.000", Integer.toString(number)),
                        Instant.ofEpochSecond(createdAt.getEpochSecond())),
                new Item(Map.of(KEY, AttributeValue.fromS(name(number)))));
        try {
            if (!pipeline.submit(change, Integer.toString(number), () -> {})) {
                throw new AssertionError("the lease is lost");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the item has its row. */
    public boolean has(int number) {
        return tables.rows(TABLE).containsKey(Map.of(KEY, AttributeValue.fromS(name(number))));
    }

    private static String name(int number) {
        return "item" + number;
    }
}
