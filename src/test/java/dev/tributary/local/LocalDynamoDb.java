package dev.tributary.local;

import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.LongNames;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.model.KeySchema;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.shared.access.AmazonDynamoDBLocal;

/**
 * A separate database for each test class, in the one DynamoDB Local of this JVM.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LocalDynamoDb dynamo = new LocalDynamoDb();
 *
 * String users = dynamo.createTable("users", "email:S");
 * }</pre>
 *
 * <p>The access key selects the database. Records of one do not slow the streams of another, and table names cannot
 * clash. Safe for any thread.
 */
public final class LocalDynamoDb implements BeforeAllCallback, AfterAllCallback, AutoCloseable {

    static {
        LongNames.allow();
        // DynamoDB Local reads with another copy of that parser; DynamoDB takes names of 64 KB.
        StreamReadConstraints.overrideDefaultStreamReadConstraints(
                StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build());
    }

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final String ACCESS_KEY_PROPERTY = "aws.accessKeyId";
    private static final String SECRET_PROPERTY = "aws.secretAccessKey";
    private static final String SECRET = "secret";

    private final String accessKey = "test" + DATABASES.incrementAndGet();
    private final AtomicInteger tables = new AtomicInteger();
    private boolean defaultCredentials;
    private final DynamoDbClient client =
            configure(DynamoDbClient.builder()).httpClient(Shared.HTTP).build();
    private final DynamoDbAsyncClient asyncClient = configure(DynamoDbAsyncClient.builder())
            .httpClient(Shared.ASYNC_HTTP)
            .build();
    private final DynamoDbStreamsClient streamsClient = configure(DynamoDbStreamsClient.builder())
            .httpClient(Shared.HTTP)
            .overrideConfiguration(config -> config.addExecutionInterceptor(new LocalStreams()))
            .build();

    /** Shared by all databases; ends with the JVM. */
    private static final class Shared {
        static final EmbeddedServer SERVER = EmbeddedServer.start(0, null, false);
        static final SdkHttpClient HTTP = ApacheHttpClient.create();
        static final SdkAsyncHttpClient ASYNC_HTTP =
                NettyNioAsyncHttpClient.builder().maxConcurrency(200).build();
    }

    /** Makes the credentials of this database the default ones of the SDK while the tests of the class run. */
    public LocalDynamoDb withDefaultCredentials() {
        defaultCredentials = true;
        return this;
    }

    public URI endpoint() {
        return Shared.SERVER.endpoint();
    }

    public Region region() {
        return Region.US_EAST_1;
    }

    /** The credentials of this database: a client with others sees other tables. */
    public AwsCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, SECRET));
    }

    /** Configures a client builder for this database. */
    public <B extends AwsClientBuilder<B, ?>> B configure(B builder) {
        return builder.endpointOverride(endpoint()).region(region()).credentialsProvider(credentials());
    }

    public DynamoDbClient client() {
        return client;
    }

    public DynamoDbAsyncClient asyncClient() {
        return asyncClient;
    }

    /** A client for streams that behaves as with AWS, see {@link LocalStreams}. */
    public DynamoDbStreamsClient streamsClient() {
        return streamsClient;
    }

    /**
     * Creates a table without a stream.
     *
     * @param key {@code name:type} or {@code name:type, name:type}
     * @return its name: the given one and a number, unique in this database
     */
    public String createTable(String name, String key) {
        return createTable(name, key, false);
    }

    /** Creates a table, with a stream of new and old images if {@code stream} is true. */
    public String createTable(String name, String key, boolean stream) {
        String unique = name + "-" + tables.incrementAndGet();
        LocalTables.create(Map.of(unique, table(key, stream)), asyncClient);
        return unique;
    }

    /** Creates the lease table of an application if it is missing, without what KCL has in it; returns its name. */
    public String createLeaseTable(String application) {
        String name = application + "-leases";
        new TableControl(asyncClient, name)
                .create(TableDefinition.of(KeySchema.parse("leaseKey:S")))
                .join();
        return name;
    }

    /** The ARN of the table's latest stream, in the form that {@link #streamsClient()} and the KCL adapter take. */
    public String streamArn(String table) {
        return LocalStreams.toAws(client.describeTable(request -> request.tableName(table))
                .table()
                .latestStreamArn());
    }

    /** The number of rows of a table. DynamoDB Local counts them for each DescribeTable; a scan takes it 0.7 ms for each. */
    public long count(String table) {
        return client.describeTable(request -> request.tableName(table)).table().itemCount();
    }

    /** Ends the open shard of every stream in this database and opens a child of it. */
    public void rollShards() {
        database().triggerShardRollovers();
    }

    /**
     * Makes every table, stream, shard, iterator and record of this database older. Past 24 hours records are trimmed,
     * which DynamoDB Local reports for records, not for iterators. Rolls old shards.
     */
    public void age(Duration by) {
        database().dilateEventTimes(by.toMillis());
    }

    static DeclaredTable table(String key, boolean stream) {
        return table(key, stream, Optional.empty());
    }

    static DeclaredTable table(String key, boolean stream, Optional<String> ttl) {
        return new DeclaredTable(KeySchema.parse(key), stream, ttl);
    }

    private AmazonDynamoDBLocal database() {
        client.listTables(); // it is opened by its first request
        return databases().get(databaseName());
    }

    private String databaseName() {
        return accessKey + "_" + region();
    }

    /** Returns the object behind a database while it is being served. */
    @SuppressWarnings("unchecked")
    private static Map<String, AmazonDynamoDBLocal> databases() {
        try {
            var field = LocalDynamoDBRequestHandler.class.getDeclaredField("dbRequestHandlers");
            field.setAccessible(true);
            return (Map<String, AmazonDynamoDBLocal>) field.get(Shared.SERVER.requests());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("another DynamoDB Local than this was written for", e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (defaultCredentials) {
            System.setProperty(ACCESS_KEY_PROPERTY, accessKey);
            System.setProperty(SECRET_PROPERTY, SECRET);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (defaultCredentials) {
            System.clearProperty(ACCESS_KEY_PROPERTY);
            System.clearProperty(SECRET_PROPERTY);
        }
        close();
    }

    /** Deletes the database. */
    @Override
    public void close() {
        streamsClient.close();
        asyncClient.close();
        client.close();
        AmazonDynamoDBLocal database = databases().remove(databaseName());
        if (database != null) {
            database.shutdown();
        }
    }
}
