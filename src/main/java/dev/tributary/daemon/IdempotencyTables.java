package dev.tributary.daemon;

import dev.tributary.config.IdempotencyPolicy;
import dev.tributary.config.ResourceSettings;
import dev.tributary.dynamo.TableCreation;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.idempotency.IdempotencyTable;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * The table of idempotency keys in each place where a write route that takes them has its table: a transaction does not
 * reach further. Made where it is missing and may be made. Asked by the starting thread alone.
 */
final class IdempotencyTables {

    static final String SUFFIX = "-idempotency";

    private static final Logger log = LoggerFactory.getLogger(IdempotencyTables.class);

    /** A new table takes seconds. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final String name;
    private final Clock clock;
    private final Map<DynamoDbAsyncClient, IdempotencyTable> tables = new HashMap<>();

    IdempotencyTables(String application, Clock clock) {
        this.name = name(application);
        this.clock = clock;
    }

    static String name(String application) {
        return application + SUFFIX;
    }

    static boolean isUsed(ResourceSettings write) {
        return write.idempotency().policy() != IdempotencyPolicy.OFF;
    }

    /** The one for a route; it is not made for a route that uses none. */
    IdempotencyTable of(ResourceSettings write, Clients clients) {
        DynamoDbAsyncClient place = clients.requests(write);
        return isUsed(write) ? tables.computeIfAbsent(place, this::prepare) : new IdempotencyTable(place, name, clock);
    }

    /** Without the table only requests with a key are refused, as long as it is missing. */
    private IdempotencyTable prepare(DynamoDbAsyncClient client) {
        TableCreation creation = new TableCreation(client, name, IdempotencyTable.KEY, false);
        try {
            if (creation.run().join()) {
                creation.awaitActive(LONGEST_WAIT).join();
                log.info("created table {} for idempotency keys", name);
            }
        } catch (CompletionException e) {
            log.warn(
                    "table {} for idempotency keys could not be looked up or made, and without it requests with a key are"
                            + " refused: {}",
                    name,
                    WriteFailure.of(e).message());
            return new IdempotencyTable(client, name, clock);
        }
        expire(creation);
        return new IdempotencyTable(client, name, clock);
    }

    private void expire(TableCreation creation) {
        try {
            String attribute = creation.expireBy(IdempotencyTable.TTL_ATTRIBUTE).join();
            if (!attribute.equals(IdempotencyTable.TTL_ATTRIBUTE)) {
                log.warn(
                        "the TTL attribute of table {} is {} and not {}, so expired idempotency keys stay and cost"
                                + " storage; they are not taken for live ones",
                        name,
                        attribute,
                        IdempotencyTable.TTL_ATTRIBUTE);
            }
        } catch (CompletionException e) {
            log.warn(
                    "the TTL of table {} could not be looked up or turned on, so expired idempotency keys stay and cost"
                            + " storage; they are not taken for live ones: {}",
                    name,
                    WriteFailure.of(e).message());
        }
    }
}
