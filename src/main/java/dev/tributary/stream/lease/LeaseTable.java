package dev.tributary.stream.lease;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.delegate.LeaseTableCoordinatorStateDAODelegate;
import software.amazon.kinesis.coordinator.migration.ClientVersion;
import software.amazon.kinesis.coordinator.migration.MigrationState;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.lifecycle.TaskResult;
import software.amazon.kinesis.metrics.NullMetricsFactory;

/**
 * Makes the lease table, its index, the row of KCL's version and the first leases before KCL starts.
 *
 * <p>KCL would do the same, but looks for somebody else to do it for up to 30 s first, adds the index afterwards, and
 * polls it every 10 s. Every step here is conditional, so any number of workers may start at the same time.
 */
public final class LeaseTable {

    private static final Logger log = LoggerFactory.getLogger(LeaseTable.class);

    /** Names KCL gives them. */
    private static final String LEASE_KEY = "leaseKey";

    private static final String LEASE_OWNER = "leaseOwner";
    private static final String INDEX = "LeaseOwnerToLeaseKeyIndex";

    /** A new table takes seconds on AWS; two minutes are plenty. */
    private static final Duration POLL = Duration.ofMillis(200);

    private static final int POLLS = 600;

    private LeaseTable() {}

    /**
     * Makes the table, its index and the row of KCL's version.
     *
     * @param worker named in the row as the one that made it
     * @throws SourceStartException if it cannot be made, or is not a lease table
     */
    public static void make(DynamoDbAsyncClient client, String table, String worker) {
        try {
            create(client, table);
            TableDescription description = await(client, table);
            if (!isLeaseTable(description)) {
                throw SourceStartException.configuration("Table " + table + " is not a lease table: its key is not "
                        + LEASE_KEY + " (S). Change application or the name of the source, which name it.");
            }
            settleVersion(client, table, worker);
        } catch (CompletionException e) {
            throw SourceStartException.of("The lease table " + table + " cannot be made or described", e);
        }
    }

    /**
     * Makes the first leases of a stream.
     *
     * @param newStream whether the leases that are there are another stream's
     * @throws SourceStartException if the stream's shards cannot be read, or their leases not be written
     */
    public static void fill(String table, LeaseManagement management, StreamConfig stream, boolean newStream) {
        try {
            LeaseRefresher leases = management.createLeaseRefresher();
            if (newStream || leases.isLeaseTableEmpty()) {
                TaskResult sync = management
                        .createShardSyncTaskManager(new NullMetricsFactory(), stream, new DeletedStreamListProvider())
                        .callShardSyncTask();
                if (sync.getException() != null) {
                    throw SourceStartException.of(
                            "The shards of the stream cannot be read, or their leases not be written to " + table,
                            sync.getException());
                }
            }
        } catch (DependencyException | InvalidStateException | ProvisionedThroughputException e) {
            throw SourceStartException.of("The lease table " + table + " cannot be read", e);
        }
    }

    /**
     * Settles which version of KCL's coordination the workers of the table run, unless that is settled: the same row as
     * KCL makes. KCL looks for it, makes it if it finds none, and fails for good if another worker has made it in
     * between.
     */
    private static void settleVersion(DynamoDbAsyncClient client, String table, String worker) {
        MigrationState version = new MigrationState(worker).update(ClientVersion.CLIENT_VERSION_3X, worker);
        try {
            client.putItem(request -> request.tableName(table)
                            .item(new LeaseTableCoordinatorStateDAODelegate(client, table).toTransactRecord(version))
                            .conditionExpression("attribute_not_exists(" + LEASE_KEY + ")"))
                    .join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof ConditionalCheckFailedException)) {
                throw e;
            }
        }
    }

    private static TableDescription await(DynamoDbAsyncClient client, String table) {
        return client.waiter()
                .waitUntilTableExists(request -> request.tableName(table), wait -> wait.backoffStrategyV2(
                                BackoffStrategy.fixedDelayWithoutJitter(POLL))
                        .maxAttempts(POLLS))
                .join()
                .matched()
                .response()
                .orElseThrow()
                .table();
    }

    private static boolean isLeaseTable(TableDescription table) {
        KeySchema key = DescribedTable.of(table).key();
        return key.sort().isEmpty() && key.partition().equals(new KeyAttribute(LEASE_KEY, AttributeType.S));
    }

    private static void create(DynamoDbAsyncClient client, String table) {
        try {
            client.createTable(CreateTableRequest.builder()
                            .tableName(table)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .attributeDefinitions(text(LEASE_KEY), text(LEASE_OWNER))
                            .keySchema(key(LEASE_KEY, KeyType.HASH))
                            .globalSecondaryIndexes(GlobalSecondaryIndex.builder()
                                    .indexName(INDEX)
                                    .keySchema(key(LEASE_OWNER, KeyType.HASH), key(LEASE_KEY, KeyType.RANGE))
                                    .projection(keys -> keys.projectionType(ProjectionType.KEYS_ONLY))
                                    .build())
                            .build())
                    .join();
            log.info("created lease table {}", table);
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof ResourceInUseException)) {
                throw e;
            }
        }
    }

    private static AttributeDefinition text(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }
}
