package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.AwsSettings;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.items.ReadLimiter;
import dev.tributary.local.LocalEndpoint;
import dev.tributary.local.LocalSettings;
import dev.tributary.table.BatchingTable;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbServiceClientConfiguration;
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

    private static final int MAX_CONNECTIONS = 256;

    /** Concurrent calls to one target, and as many again for the parallel deletes of a write of several keys. */
    private static final int CONNECTIONS_PER_TARGET = 2 * BatchingTable.MAX_CALLS;

    private final AwsSettings defaults;
    private final @Nullable LocalEndpoint local;
    private final Duration writeTimeout;
    private final int targets;

    /** Guarded by this, as are the fields below. */
    private final ClientFactory factory;

    private final Map<Key, SdkClient> clients = new HashMap<>();

    private boolean closed;

    private enum Kind {
        CONTROL,
        REQUEST,
        PAGE,
        LEASE,
        WRITE,
        STREAM
    }

    private record Key(Kind kind, ClientPlace place) {}

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
        this.factory = new ClientFactory(defaults, local);
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
                place -> factory.async(place, MAX_CONNECTIONS, override -> override.apiCallTimeout(call)
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
        return (DynamoDbAsyncClient) client(key(kind, place), at -> factory.async(at, connections, factory::limitTime));
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
                place -> factory.async(
                        place,
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
        return (DynamoDbStreamsClient)
                client(streamKey(table), place -> factory.streams(place, MAX_CONNECTIONS, ofLocal));
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
        ClientPlace at = key(Kind.CONTROL, table.place()).place();
        return new Place(at.region(), at.endpoint(), table.place().expectedAccount());
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

    private synchronized SdkClient client(Key key, Function<ClientPlace, SdkClient> make) {
        if (closed) {
            throw new IllegalStateException("the clients have been closed");
        }
        return clients.computeIfAbsent(key, absent -> make.apply(key.place()));
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
        return new Key(
                kind,
                local == null
                        ? new ClientPlace(place.region().or(defaults::region), endpoint, place.role())
                        : new ClientPlace(
                                Optional.of(local.region().id()), Optional.of(local.endpoint()), Optional.empty()));
    }

    /** Closes all clients. Calls in flight fail. */
    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(SdkClient::close);
        factory.close();
    }
}
