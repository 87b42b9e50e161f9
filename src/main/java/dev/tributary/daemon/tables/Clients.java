package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.AwsSettings;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.ReadLimiter;
import dev.tributary.local.LocalEndpoint;
import dev.tributary.local.LocalSettings;
import dev.tributary.local.LocalStreams;
import dev.tributary.table.BatchingTable;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The SDK clients of the process: one of each kind for each place of tables, created at first use and closed together.
 * Safe for any thread.
 */
public final class Clients implements AutoCloseable {

    /** Timeout of calls about tables, leases or streams, retries included. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** Timeout of one write of a backfill or a repair. */
    public static final Duration JOB_WRITE_TIMEOUT = CALL_TIMEOUT.dividedBy(2);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
    /** Idle time after which the event loops end: closing a client leaves tasks to them. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_CONNECTIONS = 256;

    /** Concurrent calls to one target, and as many again for the parallel deletes of a write of several keys. */
    private static final int CONNECTIONS_PER_TARGET = 2 * BatchingTable.MAX_CALLS;

    private final AwsSettings defaults;
    private final @Nullable LocalEndpoint local;
    private final Duration writeTimeout;
    private final int targets;

    /**
     * The threads of all clients. The group that a client makes for itself waits two seconds for further tasks when it is
     * closed, which every stop and every command would wait for.
     */
    private final EventLoopGroup threads = new NioEventLoopGroup();

    private final SdkEventLoopGroup eventLoops = SdkEventLoopGroup.create(threads);

    /** Guarded by this. */
    private final Map<Key, SdkClient> clients = new HashMap<>();

    /** Guarded by this. */
    private boolean closed;

    private enum Kind {
        CONTROL,
        REQUEST,
        PAGE,
        LEASE,
        WRITE,
        STREAM
    }

    /** The purpose of a client, and the place of its tables. */
    private record Key(Kind kind, Optional<String> region, Optional<URI> endpoint) {}

    /**
     * @param local the DynamoDB Local that holds all tables; null without
     * @param writeTimeout timeout of a replicated write
     * @param targets number of routes
     */
    public Clients(AwsSettings defaults, @Nullable LocalEndpoint local, Duration writeTimeout, int targets) {
        this.defaults = defaults;
        this.local = local;
        this.writeTimeout = writeTimeout;
        this.targets = targets;
    }

    /** The clients of a command: of the configured places, or of the DynamoDB Local of a daemon that runs. */
    public static Clients ofCommand(Settings settings) {
        return ofCommand(settings, CALL_TIMEOUT);
    }

    /** The clients of a command that writes to one target at a time. */
    public static Clients ofCommand(Settings settings, Duration writeTimeout) {
        LocalEndpoint local = settings.local().mode() == LocalSettings.Mode.OFF
                ? null
                : LocalEndpoint.at(settings.local().port());
        return new Clients(settings.aws(), local, writeTimeout, 1);
    }

    /** For describing tables and for dead letters; retries as the SDK does for DynamoDB. */
    public DynamoDbAsyncClient control(TableSettings table) {
        return control(table.region(), table.endpoint());
    }

    private DynamoDbAsyncClient control(Optional<String> region, Optional<URI> endpoint) {
        return patient(Kind.CONTROL, region, endpoint, MAX_CONNECTIONS);
    }

    /** For leases: with separate connections, because a renewal that waits behind other calls loses the shard. */
    public DynamoDbAsyncClient leases(TableSettings source) {
        return patient(Kind.LEASE, source.region(), source.endpoint(), MAX_CONNECTIONS);
    }

    /**
     * For what HTTP requests read and write. The SDK keeps with each idle connection the last response that came over it,
     * and a refused condition returns the item, so there are no more connections than the heap has room for such responses.
     */
    public DynamoDbAsyncClient requests(TableSettings table) {
        return patient(Kind.REQUEST, table.region(), table.endpoint(), ReadLimiter.atOnce());
    }

    /** For reads of many items by HTTP requests: with fewer connections, because each keeps a longer response. */
    public DynamoDbAsyncClient pages(TableSettings table) {
        return patient(Kind.PAGE, table.region(), table.endpoint(), ReadLimiter.pagesAtOnce());
    }

    private DynamoDbAsyncClient patient(Kind kind, Optional<String> region, Optional<URI> endpoint, int connections) {
        return (DynamoDbAsyncClient) client(
                key(kind, region, endpoint),
                key -> async(key, connections, override -> override.apiCallTimeout(CALL_TIMEOUT)
                        .apiCallAttemptTimeout(ATTEMPT_TIMEOUT)));
    }

    /** For creating the tables of DynamoDB Local. */
    public DynamoDbAsyncClient local() {
        return control(Optional.empty(), Optional.empty());
    }

    /**
     * For replicated writes: one attempt, because the fence is checked before each. Every call of every target has a
     * connection, because a call that waits for one would start after its fence check has expired.
     */
    public DynamoDbAsyncClient writes(TableSettings table) {
        return (DynamoDbAsyncClient) client(
                key(Kind.WRITE, table.region(), table.endpoint()),
                key -> async(
                        key,
                        Math.max(MAX_CONNECTIONS, targets * CONNECTIONS_PER_TARGET),
                        override ->
                                override.apiCallTimeout(writeTimeout).retryStrategy(AwsRetryStrategy.doNotRetry())));
    }

    /**
     * For reading streams.
     *
     * @param ofLocal whether the table is in a DynamoDB Local
     */
    public DynamoDbStreamsClient streams(TableSettings table, boolean ofLocal) {
        return (DynamoDbStreamsClient) client(
                key(Kind.STREAM, table.region(), table.endpoint()), key -> placed(DynamoDbStreamsClient.builder(), key)
                        .httpClientBuilder(ApacheHttpClient.builder().maxConnections(MAX_CONNECTIONS))
                        .overrideConfiguration(override -> {
                            override.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
                            if (ofLocal) {
                                override.addExecutionInterceptor(new LocalStreams());
                            }
                        })
                        .build());
    }

    /** The configured region of the table; empty if the SDK's provider chain decides. */
    Optional<String> region(TableSettings table) {
        return key(Kind.CONTROL, table.region(), table.endpoint()).region();
    }

    /** The place of the table, for people: an endpoint or a region. */
    public String place(TableSettings table) {
        Key key = key(Kind.CONTROL, table.region(), table.endpoint());
        return key.endpoint().map(URI::toString).orElseGet(() -> key.region().orElse("the default region"));
    }

    private synchronized SdkClient client(Key key, Function<Key, SdkClient> make) {
        if (closed) {
            throw new IllegalStateException("the clients have been closed");
        }
        return clients.computeIfAbsent(key, make);
    }

    private Key key(Kind kind, Optional<String> region, Optional<URI> endpoint) {
        if (local != null) {
            return new Key(kind, Optional.of(local.region().id()), Optional.of(local.endpoint()));
        }
        return new Key(kind, region.or(defaults::region), endpoint.or(defaults::endpoint));
    }

    private DynamoDbAsyncClient async(
            Key key, int connections, Consumer<ClientOverrideConfiguration.Builder> override) {
        return placed(DynamoDbAsyncClient.builder(), key)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(connections)
                        .eventLoopGroup(eventLoops))
                .overrideConfiguration(override)
                .build();
    }

    private <B extends AwsClientBuilder<B, C>, C> B placed(B builder, Key key) {
        key.region().map(Region::of).ifPresent(builder::region);
        key.endpoint().ifPresent(builder::endpointOverride);
        if (local != null) {
            builder.credentialsProvider(local.credentials());
        }
        return builder;
    }

    /** Closes all clients. Calls in flight fail. */
    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(SdkClient::close);
        threads.shutdownGracefully(QUIET.toMillis(), CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
    }
}
