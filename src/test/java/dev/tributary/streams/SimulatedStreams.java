package dev.tributary.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/**
 * An endpoint of the DynamoDB Streams API whose streams a test changes while they are read.
 *
 * <p>DynamoDB Local rolls all shards of a database at once, has one shard per stream, and cannot be made
 * to throttle, to trim or to lose a shard; this endpoint can. It listens on loopback, keeps everything in memory and speaks
 * the JSON 1.0 protocol, so SDK, adapter and KCL run on it unmodified. Safe for any thread.
 */
public final class SimulatedStreams implements AutoCloseable {

    private static final int PAGE = 100;
    private static final int MAX_RECORDS = 1_000;
    private static final String TARGET = "DynamoDBStreams_20120810.";
    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        // Read when the server's classes are loaded; without it every answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // More idle connections are closed, which a client notices during its next request.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
    }

    private final Map<String, SimulatedStream> streams = new ConcurrentSkipListMap<>();
    private final Faults faults = new Faults();
    private final Calls calls = new Calls();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "simulated-streams");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpServer server;
    private volatile Duration ahead = Duration.ZERO;
    private volatile int iterators;

    public SimulatedStreams() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::exchange);
        server.setExecutor(threads);
        server.start();
    }

    public URI endpoint() {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getHostString() + ":" + address.getPort());
    }

    /** Points a client builder at this endpoint. */
    public <B extends AwsClientBuilder<B, ?>> B configure(B builder) {
        return builder.endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("simulated", "secret")));
    }

    /** Opens a stream; an earlier stream of the table stays, under its own label. */
    public SimulatedStream create(String table, int shards) {
        return create(table, shards, Duration.ZERO);
    }

    /**
     * Opens a stream whose shards are older.
     *
     * @param age of the shards, which their ids contain; the adapter keeps leases of shards younger than 6 hours
     */
    public synchronized SimulatedStream create(String table, int shards, Duration age) {
        advance(Duration.ofMillis(1)); // labels have milliseconds, and each its own
        SimulatedStream stream = new SimulatedStream(table, shards, age, this::now);
        streams.put(stream.arn(), stream);
        return stream;
    }

    /** The stream ARN in the description of the table: that of its newest stream, if enabled. */
    public Optional<String> enabledStream(String table) {
        return streams.values().stream()
                .filter(stream -> table.equals(stream.table()))
                .max(Comparator.comparing(SimulatedStream::label))
                .filter(stream -> "ENABLED".equals(stream.status()))
                .map(SimulatedStream::arn);
    }

    /** Deletes the stream with all its records. */
    public void delete(SimulatedStream stream) {
        streams.remove(stream.arn());
    }

    /** Advances the endpoint's clock, by which iterators expire. */
    public synchronized void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    /** Expires every iterator. */
    public synchronized void expireIterators() {
        iterators++;
    }

    public Faults faults() {
        return faults;
    }

    public Calls calls() {
        return calls;
    }

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            byte[] body;
            try {
                Operation operation = operation(exchange);
                body = JSON.writeValueAsBytes(answer(operation, JSON.readTree(exchange.getRequestBody())));
            } catch (Fault.Refusal e) {
                status = e.fault().status();
                body = e.fault().isEmpty() ? new byte[0] : JSON.writeValueAsBytes(Answers.error(e.fault()));
            }
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Operation operation(HttpExchange exchange) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (target == null || !target.startsWith(TARGET)) {
            throw Fault.invalid("No X-Amz-Target of DynamoDB Streams: " + target)
                    .refusal();
        }
        return Operation.valueOf(target.substring(TARGET.length()));
    }

    private ObjectNode answer(Operation operation, JsonNode request) {
        String shardId = shardOf(operation, request);
        calls.called(operation, shardId);
        faults.take(operation, shardId).ifPresent(SimulatedStreams::suffer);
        return switch (operation) {
            case ListStreams -> listStreams(text(request, "TableName"));
            case DescribeStream -> describe(request);
            case GetShardIterator -> shardIterator(request);
            case GetRecords -> records(request);
        };
    }

    private static @Nullable String shardOf(Operation operation, JsonNode request) {
        return switch (operation) {
            case ListStreams -> null;
            case DescribeStream -> text(request.path("ShardFilter"), "ShardId");
            case GetShardIterator -> text(request, "ShardId");
            case GetRecords -> ShardIterator.of(text(request, "ShardIterator")).shardId();
        };
    }

    private static void suffer(Fault fault) {
        try {
            TimeUnit.NANOSECONDS.sleep(fault.delay().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!fault.answersProperly()) {
            throw fault.refusal();
        }
    }

    private ObjectNode listStreams(@Nullable String table) {
        return Answers.streams(streams.values().stream()
                .filter(stream -> table == null || table.equals(stream.table()))
                .toList());
    }

    private ObjectNode describe(JsonNode request) {
        SimulatedStream stream = stream(text(request, "StreamArn"));
        int limit = Math.min(PAGE, request.path("Limit").asInt(PAGE));
        String parent = text(request.path("ShardFilter"), "ShardId");
        synchronized (stream) {
            List<SimulatedShard> shards = stream.shardsAfter(text(request, "ExclusiveStartShardId")).stream()
                    .filter(shard -> parent == null || isChild(shard, parent))
                    .limit(limit + 1L)
                    .toList();
            boolean more = shards.size() > limit;
            return Answers.description(stream, more ? shards.subList(0, limit) : shards, more);
        }
    }

    private static boolean isChild(SimulatedShard shard, String parent) {
        return shard.parent() != null && shard.parent().id().equals(parent);
    }

    private ObjectNode shardIterator(JsonNode request) {
        SimulatedStream stream = stream(text(request, "StreamArn"));
        synchronized (stream) {
            SimulatedShard shard = stream.shard(text(request, "ShardId"));
            return Answers.iterator(new ShardIterator(
                    stream.arn(),
                    shard.id(),
                    shard.position(request.path("ShardIteratorType").asText(), text(request, "SequenceNumber")),
                    now(),
                    iterators));
        }
    }

    private ObjectNode records(JsonNode request) {
        ShardIterator iterator = ShardIterator.of(text(request, "ShardIterator"));
        SimulatedStream stream = stream(iterator.streamArn());
        if (iterator.expired(now(), iterators)) {
            throw Fault.expiredIterator().refusal();
        }
        int limit = Math.min(MAX_RECORDS, request.path("Limit").asInt(MAX_RECORDS));
        synchronized (stream) {
            SimulatedShard shard = stream.shard(iterator.shardId());
            List<StreamedRecord> records = shard.read(iterator.after(), limit);
            BigInteger after = records.isEmpty()
                    ? iterator.after()
                    : new BigInteger(records.get(records.size() - 1).sequenceNumber());
            return Answers.records(
                    records,
                    shard.goesOnAfter(after)
                            ? new ShardIterator(stream.arn(), shard.id(), after, now(), iterators)
                            : null);
        }
    }

    private SimulatedStream stream(@Nullable String arn) {
        SimulatedStream stream = arn == null ? null : streams.get(arn);
        if (stream == null) {
            throw Fault.notFound("Stream: " + arn).refusal();
        }
        return stream;
    }

    private static @Nullable String text(JsonNode node, String name) {
        return node.path(name).asText(null);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
