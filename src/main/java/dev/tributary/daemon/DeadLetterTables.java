package dev.tributary.daemon;

import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.dynamo.TableCreation;
import dev.tributary.dynamo.WriteFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The table of dead letters in each place where a source is; made where it is missing and may be made. Asked by the
 * starting thread alone.
 */
public final class DeadLetterTables {

    private static final Logger log = LoggerFactory.getLogger(DeadLetterTables.class);

    private final String name;
    private final Duration timeout;
    private final Map<DynamoDbAsyncClient, DeadLetterTable> tables = new HashMap<>();

    /**
     * @param timeout for one call
     */
    DeadLetterTables(String application, Duration timeout) {
        this.name = name(application);
        this.timeout = timeout;
    }

    public static String name(String application) {
        return application + "-dead-letters";
    }

    /**
     * @param client for the place
     * @param local whether that is DynamoDB Local, whose tables are not worth protecting
     */
    DeadLetterTable in(DynamoDbAsyncClient client, boolean local) {
        return tables.computeIfAbsent(client, place -> prepare(place, local));
    }

    /** Without the table replication goes on, and only changes that no target takes hold up their items. */
    private DeadLetterTable prepare(DynamoDbAsyncClient client, boolean local) {
        DeadLetterTable table = new DeadLetterTable(client, name, timeout);
        try {
            if (new TableCreation(client, name, DeadLetterTable.KEY, !local)
                    .run()
                    .join()) {
                log.info("created dead-letter table {}", name);
            }
        } catch (CompletionException e) {
            log.warn(
                    "dead-letter table {} could not be looked up or made, and without it a change that a target refuses"
                            + " holds up its item: {}",
                    name,
                    WriteFailure.of(e).message());
        }
        return table;
    }
}
