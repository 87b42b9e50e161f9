package dev.tributary.stream.lease;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.kinesis.coordinator.delegate.LeaseTableCoordinatorStateDAODelegate;
import software.amazon.kinesis.coordinator.migration.ClientVersion;
import software.amazon.kinesis.coordinator.migration.MigrationState;

/**
 * Creates the lease table, its index and the row of KCL's version before KCL starts.
 *
 * <p>KCL would do the same, but first waits up to 30 s for another worker to do it, adds the index afterwards, and polls
 * it every 10 s. Every step here is conditional, so any number of workers may start at the same time.
 */
public final class LeaseTable {

    private static final Logger log = LoggerFactory.getLogger(LeaseTable.class);

    /** KCL's names. */
    private static final String LEASE_OWNER = "leaseOwner";
    /** The index of lease tables, with the name that KCL gives it. */
    public static final String INDEX = "LeaseOwnerToLeaseKeyIndex";

    /** The key of a lease table, and its index. */
    public static final TableDefinition DEFINITION = TableDefinition.of(
                    new KeySchema(text(LeaseRows.KEY), Optional.empty()))
            .withIndex(INDEX, new KeySchema(text(LEASE_OWNER), Optional.of(text(LeaseRows.KEY))));

    private static final Duration CREATION_TIMEOUT = Duration.ofMinutes(2);

    private LeaseTable() {}

    /**
     * Creates the table, its index and the row of KCL's version, as far as they are missing.
     *
     * @param worker named in the row as its creator
     * @throws SourceStartException if the table cannot be created or is not a lease table
     */
    public static void make(DynamoDbAsyncClient client, String table, String worker) {
        try {
            TableControl control = new TableControl(client, table);
            if (Calls.join(control.create(DEFINITION))) {
                log.info("created lease table {}", table);
            }
            if (!isLeaseTable(Calls.join(control.awaitActive(CREATION_TIMEOUT)))) {
                throw SourceStartException.configuration("Table " + table + " is not a lease table: its key is not "
                        + LeaseRows.KEY + " (S). Change application, which names it.");
            }
            createVersionRow(client, table, worker);
        } catch (SdkException e) {
            throw SourceStartException.of("The lease table " + table + " cannot be created or described", e);
        }
    }

    /**
     * Creates the row that states the version of KCL's coordination, as KCL does, unless it exists. KCL reads the row,
     * creates it if it is missing, and fails for good if another worker creates it in between.
     */
    private static void createVersionRow(DynamoDbAsyncClient client, String table, String worker) {
        MigrationState version = new MigrationState(worker).update(ClientVersion.CLIENT_VERSION_3X, worker);
        try {
            Calls.join(client.putItem(request -> request.tableName(table)
                    .item(new LeaseTableCoordinatorStateDAODelegate(client, table).toTransactRecord(version))
                    .conditionExpression("attribute_not_exists(" + LeaseRows.KEY + ")")));
        } catch (ConditionalCheckFailedException settled) {
            return;
        }
    }

    private static KeyAttribute text(String name) {
        return new KeyAttribute(name, AttributeType.S);
    }

    private static boolean isLeaseTable(DescribedTable table) {
        return table.key().equals(DEFINITION.key());
    }
}
