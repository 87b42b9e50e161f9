package dev.tributary.daemon;

import dev.tributary.dynamo.TableCreation;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.LateWriteTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The table of late writes in each place where a source is; made where it is missing and may be made. Asked by the
 * starting thread alone.
 */
public final class LateWriteTables {

    private static final Logger log = LoggerFactory.getLogger(LateWriteTables.class);

    /** A new table takes seconds. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final String name;
    private final Duration timeout;
    private final Map<DynamoDbAsyncClient, LateWriteTable> tables = new HashMap<>();

    /**
     * @param timeout for one call
     */
    LateWriteTables(String application, Duration timeout) {
        this.name = name(application);
        this.timeout = timeout;
    }

    public static String name(String application) {
        return application + "-late-writes";
    }

    /**
     * @param client for the place
     */
    LateWriteTable in(DynamoDbAsyncClient client) {
        return tables.computeIfAbsent(client, this::prepare);
    }

    /** Without the table no shard is read: whoever reads one has to know first whose writes may arrive late. */
    private LateWriteTable prepare(DynamoDbAsyncClient client) {
        TableCreation creation = new TableCreation(client, name, LateWriteTable.KEY, false);
        try {
            if (creation.run().join()) {
                creation.awaitActive(LONGEST_WAIT).join();
                creation.expireBy(LateWriteTable.TTL_ATTRIBUTE).join();
                log.info("created table {} for late writes", name);
            }
        } catch (CompletionException e) {
            log.warn(
                    "table {} for late writes could not be looked up or made, and without it nothing is replicated: {}",
                    name,
                    WriteFailure.of(e).message());
        }
        return new LateWriteTable(client, name, timeout);
    }
}
