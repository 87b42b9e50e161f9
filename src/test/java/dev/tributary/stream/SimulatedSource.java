package dev.tributary.stream;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.ParkedItemIndex;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.latewrite.GivenLateWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.replication.Route;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.stream.read.ReaderThreads;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.streams.SimulatedShard;
import dev.tributary.streams.SimulatedStream;
import dev.tributary.streams.SimulatedStreams;
import dev.tributary.table.BatchingTable;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A source with a simulated stream, whose leases and target are on DynamoDB Local, and the workers that read it.
 *
 * <p>Items are {@code {id, n}}; the target has the same key.
 */
final class SimulatedSource implements AutoCloseable {

    private final LocalDynamoDb dynamo;
    private final SimulatedStreams endpoint = new SimulatedStreams();
    private ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<SourceWorker> running = new ArrayList<>();
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<SdkClient> clients = new ArrayList<>();
    private final String target;
    private String leaseTable = "leases-" + UUID.randomUUID();
    private String name = "items";

    /** By worker. */
    private Map<String, StreamScheduler> schedulers = new HashMap<>();

    private SimulatedStream stream;
    private LeaseTimings timings = new LeaseTimings(Duration.ofSeconds(3));
    private long heldBytes = 64L << 20;
    private Duration pollInterval = Duration.ofMillis(50);
    private Duration idlePollInterval = pollInterval;
    private ExecutionInterceptor writes = new ExecutionInterceptor() {};
    private GapPolicy gaps = GapPolicy.STOP;
    private StartPosition start = StartPosition.TRIM_HORIZON;
    private int maxInFlight = 1_000;
    private Duration checkpointInterval = Duration.ofMillis(100);
    private URI targetEndpoint;
    private URI leaseEndpoint;
    private Clock clock = Clock.systemUTC();
    private final Map<SourceWorker, Health> healths = new HashMap<>();
    private Health health = new Health();

    /**
     * @param age of the shards
     */
    SimulatedSource(LocalDynamoDb dynamo, int shards, Duration age) {
        this.dynamo = dynamo;
        this.targetEndpoint = dynamo.endpoint();
        this.leaseEndpoint = dynamo.endpoint();
        this.target = dynamo.createTable("copies", "id:S");
        this.stream = endpoint.create("items", shards, age);
    }

    SimulatedSource(LocalDynamoDb dynamo, int shards) {
        this(dynamo, shards, Duration.ZERO);
    }

    SimulatedSource leases(Duration duration) {
        timings = new LeaseTimings(duration);
        return this;
    }

    SimulatedSource polling(Duration interval) {
        return polling(interval, interval);
    }

    /** Sets the intervals between the reads of a shard with and without changes. */
    SimulatedSource polling(Duration interval, Duration idle) {
        pollInterval = interval;
        idlePollInterval = idle;
        return this;
    }

    /** Sets the heap that the changes may take. */
    SimulatedSource holding(long bytes) {
        heldBytes = bytes;
        return this;
    }

    /** For workers started from now on. */
    SimulatedSource gaps(GapPolicy policy) {
        gaps = policy;
        return this;
    }

    /** For workers started from now on. */
    SimulatedSource startingAt(StartPosition position) {
        start = position;
        return this;
    }

    /** Sets the clocks of workers started from now on ahead. */
    SimulatedSource later(Duration by) {
        clock = Clock.offset(Clock.systemUTC(), by);
        return this;
    }

    /** For workers started from now on. */
    SimulatedSource checkpointing(Duration interval) {
        checkpointInterval = interval;
        return this;
    }

    /** Sets the number of changes of a shard that a worker may have open. */
    SimulatedSource inFlight(int changes) {
        maxInFlight = changes;
        return this;
    }

    /** Sets the target's endpoint for workers started from now on. */
    SimulatedSource target(URI endpoint) {
        targetEndpoint = endpoint;
        return this;
    }

    /** Sets the lease table's endpoint for workers started from now on. */
    SimulatedSource leaseTable(URI endpoint) {
        leaseEndpoint = endpoint;
        return this;
    }

    /** For workers started from now on. */
    SimulatedSource measuredBy(SimpleMeterRegistry registry) {
        meters = registry;
        return this;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    /** Replaces the timer for workers started from now on. */
    SimulatedSource timer(ScheduledExecutorService shared) {
        timer.shutdownNow();
        timer = shared;
        return this;
    }

    /** Observes every call to the target. */
    SimulatedSource writesSeenBy(ExecutionInterceptor interceptor) {
        writes = interceptor;
        return this;
    }

    /** Sets the name of the source. */
    SimulatedSource named(String source) {
        name = source;
        return this;
    }

    /** Shares the lease table of another source, and the scheduler of each worker with it. */
    SimulatedSource sharing(SimulatedSource other) {
        leaseTable = other.leaseTable;
        schedulers = other.schedulers;
        return this;
    }

    SimulatedStreams endpoint() {
        return endpoint;
    }

    SimulatedStream stream() {
        return stream;
    }

    /** Disables the table's stream and enables another one, which {@link #stream()} then returns. */
    SimulatedStream replaceStream() {
        stream.disable();
        stream = endpoint.create(stream.table(), stream.roots().size());
        return stream;
    }

    SimulatedShard onlyShard() {
        assertThat(stream.roots()).hasSize(1);
        return stream.roots().get(0);
    }

    /** Adds a change of the item to the shard, and returns its sequence number. */
    static String put(SimulatedShard shard, String id, int n) {
        Map<String, AttributeValue> key = Map.of("id", AttributeValue.fromS(id));
        return shard.modify(key, item(id, n - 1), item(id, n));
    }

    /** Adds an item to the shard. */
    static void insert(SimulatedShard shard, String id) {
        shard.insert(Map.of("id", AttributeValue.fromS(id)), item(id, 1));
    }

    /** Removes an item from the shard, and returns the sequence number of the removal. */
    static String remove(SimulatedShard shard, String id) {
        return shard.remove(Map.of("id", AttributeValue.fromS(id)), item(id, 1));
    }

    private static Map<String, AttributeValue> item(String id, int n) {
        return Map.of("id", AttributeValue.fromS(id), "n", AttributeValue.fromN(Integer.toString(n)));
    }

    SourceWorker start(String name) {
        health = new Health();
        SourceWorker worker = worker(name);
        running.add(worker);
        healths.put(worker, health);
        worker.start();
        return worker;
    }

    /** Starts a worker and waits until it has read a shard. */
    SourceWorker read(String name) throws InterruptedException {
        SourceWorker worker = start(name);
        assertThat(worker.awaitReading(Duration.ofSeconds(30)))
                .as("reads the stream")
                .isTrue();
        return worker;
    }

    void stop(SourceWorker worker) throws InterruptedException {
        running.remove(worker);
        worker.stop(Duration.ofSeconds(10));
        schedulers.values().removeIf(StreamScheduler::stopped);
    }

    private SourceWorker worker(String workerName) {
        TestRoute route = TestRoute.to(target);
        DescribedTable described = DescribedTable.of(dynamo.client()
                .describeTable(request -> request.tableName(target))
                .table());
        SourceWorker.Shared shared = new SourceWorker.Shared(
                workerName,
                Set.of(),
                timings,
                heldBytes,
                Duration.ofSeconds(5),
                timer,
                new ReaderThreads(readers, timer),
                meters,
                health,
                clock,
                fatal::add);
        return new SourceWorker(
                name,
                "items",
                new TestSource(
                                stream.table(),
                                start,
                                pollInterval,
                                idlePollInterval,
                                checkpointInterval,
                                maxInFlight,
                                gaps,
                                Map.of("route", route.settings()))
                        .settings(),
                List.of(new Route(
                        "items.copies",
                        "table of " + "items.copies",
                        new Projection(route.projection(), described.key()),
                        new BatchingTable(
                                new TargetTable(targetClient(), target, Policies.USUAL),
                                BatchingTable.Limits.batchSize(BatchingTable.MAX_BATCH),
                                timer),
                        new ParkedItemIndex(
                                new DeadLetterTable(dynamo.asyncClient(), "dead-letters", Duration.ofSeconds(1)),
                                "items.copies",
                                Clock.systemUTC()))),
                GivenLateWrites.none(),
                (mark, end) -> {},
                schedulers.computeIfAbsent(workerName, one -> new StreamScheduler(leaseClient(), leaseTable, shared)),
                () -> endpoint.enabledStream(stream.table()),
                streamsClient(),
                shared);
    }

    /** A client with the daemon's settings. */
    private DynamoDbStreamsClient streamsClient() {
        return closed(endpoint.configure(DynamoDbStreamsClient.builder())
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(256))
                .overrideConfiguration(override -> override.addExecutionInterceptor(new ResponseCheck())
                        .apiCallTimeout(Duration.ofSeconds(10))
                        .apiCallAttemptTimeout(Duration.ofSeconds(5)))
                .build());
    }

    private DynamoDbAsyncClient leaseClient() {
        return leaseEndpoint.equals(dynamo.endpoint())
                ? dynamo.asyncClient()
                : closed(dynamo.configure(DynamoDbAsyncClient.builder())
                        .endpointOverride(leaseEndpoint)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(256))
                        .overrideConfiguration(override -> override.apiCallTimeout(Duration.ofSeconds(10))
                                .apiCallAttemptTimeout(Duration.ofSeconds(5)))
                        .build());
    }

    private DynamoDbAsyncClient targetClient() {
        return closed(dynamo.configure(DynamoDbAsyncClient.builder())
                .endpointOverride(targetEndpoint)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(256))
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(timings.writeTimeout())
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(writes)
                        .build())
                .build());
    }

    /** Runs a shard sync, as a worker that reads the source does once in its lease duration. */
    void syncShards() {
        LeaseRows leases = new LeaseRows(dynamo.asyncClient(), leaseTable, name);
        StreamShards shards = StreamShards.of(streamsClient(), stream.arn()).orElse(StreamShards.NONE);
        new ShardSync(name, leases, state(), clock).run(stream.arn(), shards, leases.all());
    }

    SourceStateRow state() {
        return new SourceStateRow(dynamo.asyncClient(), leaseTable, name);
    }

    /** The source's health as reported by this worker. */
    Health.@Nullable Component health(SourceWorker worker) {
        return requireNonNull(healths.get(worker)).snapshot().components().get("source " + name);
    }

    /** Number of gaps of this kind that were counted. */
    double gapsMet(StreamGap.Kind kind) {
        return meters.get("tributary.gaps").tag("kind", kind.tag()).counter().count();
    }

    /** The source's health as reported by the worker that was started last. */
    Health.@Nullable Component health() {
        return health.snapshot().components().get("source " + name);
    }

    /** Heap taken by changes that were read and have not ended, in bytes. */
    double heldBytes() {
        return meters.get("tributary.changes.held").gauge().value();
    }

    /** Number of changes that have ended on the route, with any outcome. */
    double changes() {
        return meters.find("tributary.changes").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** {@code id} to {@code n} of every row of the target. */
    Map<String, Integer> rows() {
        return dynamo
                .client()
                .scanPaginator(request -> request.tableName(target).consistentRead(true))
                .items()
                .stream()
                .peek(row -> assertThat(row).containsKey(VersionStamp.ATTRIBUTE))
                .collect(toMap(
                        row -> row.get("id").s(),
                        row -> Integer.parseInt(row.get("n").n())));
    }

    /** The row of a shard's lease; empty if there is none. */
    Map<String, AttributeValue> lease(SimulatedShard shard) {
        return dynamo.client()
                .getItem(request -> request.tableName(leaseTable)
                        .consistentRead(true)
                        .key(Map.of("leaseKey", AttributeValue.fromS(name + "/" + shard.id()))))
                .item();
    }

    @Nullable String checkpoint(SimulatedShard shard) {
        AttributeValue checkpoint = lease(shard).get("checkpoint");
        return checkpoint == null ? null : checkpoint.s();
    }

    /** Takes the lease of a shard from its owner, like a worker that finds it expired. */
    void give(SimulatedShard shard, String worker) {
        updateLease(shard, "SET leaseOwner = :owner", Map.of(":owner", AttributeValue.fromS(worker)));
    }

    /** Takes the lease of a shard from its owner, so that KCL's leader has to assign it. */
    void free(SimulatedShard shard) {
        updateLease(shard, "REMOVE leaseOwner", Map.of());
    }

    private void updateLease(SimulatedShard shard, String change, Map<String, AttributeValue> values) {
        Map<String, AttributeValue> all = new HashMap<>(values);
        all.put(":one", AttributeValue.fromN("1"));
        dynamo.client().updateItem(request -> request.tableName(leaseTable)
                .key(Map.of("leaseKey", AttributeValue.fromS(name + "/" + shard.id())))
                .updateExpression(change + " ADD leaseCounter :one")
                .expressionAttributeValues(all));
    }

    private Stream<Map<String, AttributeValue>> leaseTableRows() {
        return dynamo
                .client()
                .scanPaginator(request -> request.tableName(leaseTable).consistentRead(true))
                .items()
                .stream();
    }

    /** Number of leases of unfinished shards by worker. */
    Map<String, Long> leasesByOwner() {
        return leaseTableRows()
                .filter(row -> row.containsKey("checkpoint") && row.containsKey("leaseOwner"))
                .filter(row -> row.get("leaseKey").s().startsWith(name + "/"))
                .filter(row -> !"SHARD_END".equals(row.get("checkpoint").s()))
                .collect(toMap(row -> row.get("leaseOwner").s(), row -> 1L, Long::sum));
    }

    /** The keys of all leases in the table, finished or not, of whatever source. */
    Set<String> leaseKeys() {
        return leaseTableRows()
                .filter(row -> row.containsKey("checkpoint"))
                .map(row -> row.get("leaseKey").s())
                .collect(toSet());
    }

    /** How often each unfinished lease has passed to another worker, by its key. */
    Map<String, Long> ownerSwitches() {
        return leaseTableRows()
                .filter(row -> row.get("leaseKey").s().startsWith(name + "/") && row.containsKey("leaseOwner"))
                .collect(toMap(
                        row -> row.get("leaseKey").s(),
                        row -> Long.parseLong(
                                row.get("ownerSwitchesSinceCheckpoint").n())));
    }

    /** The sources that the report of a worker names. */
    List<String> sourcesOf(String worker) {
        AttributeValue sources = dynamo.client()
                .getItem(request -> request.tableName(leaseTable)
                        .consistentRead(true)
                        .key(Map.of("leaseKey", AttributeValue.fromS(worker))))
                .item()
                .get("tributarySources");
        return sources == null ? List.of() : sources.ss();
    }

    private <C extends SdkClient> C closed(C client) {
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        endpoint.faults().lift();
        try {
            for (SourceWorker worker : List.copyOf(running)) {
                stop(worker);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        readers.shutdownNow();
        timer.shutdownNow();
        clients.forEach(SdkClient::close);
        endpoint.close();
        assertThat(fatal).isEmpty();
    }
}
