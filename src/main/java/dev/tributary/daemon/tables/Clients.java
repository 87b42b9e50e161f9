package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.AwsSettings;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.ReadLimiter;
import dev.tributary.local.LocalEndpoint;
import dev.tributary.local.LocalSettings;
import dev.tributary.local.LocalStreams;
import dev.tributary.table.BatchingTable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbServiceClientConfiguration;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The SDK clients of the process: one of each kind for each place of tables, created at first use and closed together.
 * Safe for any thread.
 */
public final class Clients implements AutoCloseable {

    /** Timeout of calls about tables, leases or streams, retries included. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** Timeout of one write of a backfill or a repair. */
    public static final Duration JOB_WRITE_TIMEOUT = CALL_TIMEOUT.dividedBy(2);

    /** Names the sessions of assumed roles, in the logs of the other account. */
    private static final String ROLE_SESSION = "tributary";

    private static final int MAX_CONNECTIONS = 256;

    /** Concurrent calls to one target, and as many again for the parallel deletes of a write of several keys. */
    private static final int CONNECTIONS_PER_TARGET = 2 * BatchingTable.MAX_CALLS;

    private final AwsSettings defaults;
    private final @Nullable LocalEndpoint local;
    private final Duration writeTimeout;
    private final int targets;

    private final SdkThreads threads = new SdkThreads();

    /** Guarded by this. */
    private final Map<Key, SdkClient> clients = new HashMap<>();

    /** By role. Guarded by this. */
    private final Map<String, StsAssumeRoleCredentialsProvider> credentials = new HashMap<>();

    /** The client that assumes roles. Guarded by this. */
    private final List<SdkAutoCloseable> assumed = new ArrayList<>();

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
    private record Key(Kind kind, Optional<String> region, Optional<URI> endpoint, Optional<String> role) {}

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

    /** The clients of a command: of the configured places, or of the DynamoDB Local of a running daemon. */
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
        return patient(Kind.CONTROL, table.place(), MAX_CONNECTIONS);
    }

    /** For the daemon's own tables at the place of a source: as {@link #control}, without its role. */
    public DynamoDbAsyncClient own(TableSettings source) {
        return patient(Kind.CONTROL, source.place().withoutRole(), MAX_CONNECTIONS);
    }

    /**
     * For leases: with separate connections, because a renewal that waits behind other calls loses the shard. An attempt has
     * the time of a replicated write, and a call that of two, because KCL renews no lease while one call is open: a second
     * attempt has to be in time.
     */
    public DynamoDbAsyncClient leases(TableSettings source) {
        Duration call = atMost(writeTimeout.multipliedBy(2), CALL_TIMEOUT);
        return (DynamoDbAsyncClient) client(
                key(Kind.LEASE, source.place().withoutRole()),
                key -> async(key, MAX_CONNECTIONS, override -> override.apiCallTimeout(call)
                        .apiCallAttemptTimeout(call.dividedBy(2))));
    }

    private static Duration atMost(Duration duration, Duration limit) {
        return duration.compareTo(limit) < 0 ? duration : limit;
    }

    /**
     * For what HTTP requests read and write. The SDK keeps with each idle connection the last response that came over it,
     * and a refused condition returns the item, so there are no more connections than the heap has room for such responses.
     */
    public DynamoDbAsyncClient requests(TableSettings table) {
        return patient(Kind.REQUEST, table.place(), ReadLimiter.atOnce());
    }

    /** For reads of many items by HTTP requests: with fewer connections, because each keeps a longer response. */
    public DynamoDbAsyncClient pages(TableSettings table) {
        return patient(Kind.PAGE, table.place(), ReadLimiter.pagesAtOnce());
    }

    private DynamoDbAsyncClient patient(Kind kind, PlaceSettings place, int connections) {
        return (DynamoDbAsyncClient) client(key(kind, place), key -> async(key, connections, this::limitTime));
    }

    /** For creating the tables of DynamoDB Local. */
    public DynamoDbAsyncClient local() {
        return patient(Kind.CONTROL, PlaceSettings.DEFAULT, MAX_CONNECTIONS);
    }

    /**
     * For replicated writes: one attempt, because the fence is checked before each. Every call of every target has a
     * connection, because a call that waits for one would start after its fence check has expired.
     */
    public DynamoDbAsyncClient writes(TableSettings table) {
        return (DynamoDbAsyncClient) client(
                key(Kind.WRITE, table.place()),
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
        return (DynamoDbStreamsClient) client(streamKey(table), key -> placed(DynamoDbStreamsClient.builder(), key)
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(MAX_CONNECTIONS))
                .overrideConfiguration(checked(override -> {
                    limitTime(override);
                    if (ofLocal) {
                        override.addExecutionInterceptor(new LocalStreams());
                    }
                }))
                .build());
    }

    /** The configured region of the table; empty if the SDK's provider chain decides. */
    Optional<String> region(TableSettings table) {
        return placeId(table).region();
    }

    /**
     * Where tables are, as far as it is configured. Equal places have the same tables: one endpoint may serve several
     * regions.
     */
    record Place(Optional<String> region, Optional<URI> endpoint, Optional<String> account) {}

    /** The identity of the place of the table; {@link #place} is its text. */
    Place placeId(TableSettings table) {
        Key key = key(Kind.CONTROL, table.place());
        return new Place(key.region(), key.endpoint(), table.place().expectedAccount());
    }

    /** The place of the table in messages: an endpoint or a region, and the account if one is configured. */
    public String place(TableSettings table) {
        Place place = placeId(table);
        return place.endpoint().map(URI::toString).orElseGet(() -> place.region()
                        .orElse("the default region"))
                + place.account().map(account -> " of account " + account).orElse("");
    }

    /** The region and the endpoint of a client: one endpoint may serve several regions, with separate tables. */
    public static String placeOf(DynamoDbAsyncClient client) {
        DynamoDbServiceClientConfiguration resolved = client.serviceClientConfiguration();
        return resolved.region()
                + resolved.endpointOverride().map(at -> " at " + at).orElse("");
    }

    private synchronized SdkClient client(Key key, Function<Key, SdkClient> make) {
        if (closed) {
            throw new IllegalStateException("the clients have been closed");
        }
        return clients.computeIfAbsent(key, make);
    }

    private Key key(Kind kind, PlaceSettings place) {
        return key(kind, place, place.endpoint().or(defaults::endpoint));
    }

    private Key streamKey(TableSettings source) {
        Optional<URI> endpoint = source.streamsEndpoint()
                .or(source::endpoint)
                .or(defaults::streamsEndpoint)
                .or(defaults::endpoint);
        return key(Kind.STREAM, source.place(), endpoint);
    }

    private Key key(Kind kind, PlaceSettings place, Optional<URI> endpoint) {
        return local == null
                ? new Key(kind, place.region().or(defaults::region), endpoint, place.role())
                : new Key(kind, Optional.of(local.region().id()), Optional.of(local.endpoint()), Optional.empty());
    }

    /** Credentials of a role, which are renewed before they expire. */
    private StsAssumeRoleCredentialsProvider assume(String role, Optional<String> region) {
        StsClientBuilder builder = StsClient.builder()
                .httpClientBuilder(ApacheHttpClient.builder())
                .overrideConfiguration(timed(this::limitTime));
        region.map(Region::of).ifPresent(builder::region);
        StsClient sts = builder.build();
        StsAssumeRoleCredentialsProvider provider = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(request -> request.roleArn(role).roleSessionName(ROLE_SESSION))
                .build();
        assumed.add(provider);
        assumed.add(sts);
        return provider;
    }

    private DynamoDbAsyncClient async(
            Key key, int connections, Consumer<ClientOverrideConfiguration.Builder> override) {
        return placed(DynamoDbAsyncClient.builder(), key)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(connections)
                        .eventLoopGroup(threads.eventLoops()))
                .overrideConfiguration(checked(override))
                .build();
    }

    /** The configured timeouts of a call and of each attempt. */
    private void limitTime(ClientOverrideConfiguration.Builder override) {
        override.apiCallTimeout(defaults.callTimeout()).apiCallAttemptTimeout(defaults.attemptTimeout());
    }

    private Consumer<ClientOverrideConfiguration.Builder> checked(
            Consumer<ClientOverrideConfiguration.Builder> override) {
        return timed(override.andThen(each -> each.addExecutionInterceptor(new ResponseCheck())));
    }

    private Consumer<ClientOverrideConfiguration.Builder> timed(
            Consumer<ClientOverrideConfiguration.Builder> override) {
        return override.andThen(threads::addTo);
    }

    private <B extends AwsClientBuilder<B, C>, C> B placed(B builder, Key key) {
        key.region().map(Region::of).ifPresent(builder::region);
        key.endpoint().ifPresent(builder::endpointOverride);
        if (local != null) {
            builder.credentialsProvider(local.credentials());
        }
        key.role()
                .ifPresent(role -> builder.credentialsProvider(
                        credentials.computeIfAbsent(role, absent -> assume(role, key.region()))));
        return builder;
    }

    /** Closes all clients. Calls in flight fail. */
    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(SdkClient::close);
        assumed.forEach(SdkAutoCloseable::close);
        threads.close();
    }
}
