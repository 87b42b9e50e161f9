package dev.tributary.daemon.tables;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.dynamo.WriteFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Creates the daemon's own tables: each once in each place, where it is missing. A table that cannot be created stops no
 * start; the log names the consequence. Used by the starting thread alone.
 */
public final class OwnTables {

    private static final Logger log = LoggerFactory.getLogger(OwnTables.class);

    /** AWS takes seconds to create a table. */
    private static final Duration CREATION_TIMEOUT = Duration.ofSeconds(30);

    private final String application;
    private final Set<Prepared> prepared = new HashSet<>();

    private record Prepared(OwnTable table, DynamoDbAsyncClient place) {}

    public OwnTables(String application) {
        this.application = application;
    }

    /**
     * Creates the table with its TTL, unless this object has done so, and returns its name.
     *
     * @param place client of the place
     * @param deletionProtected whether the table is created with deletion protection
     */
    public String prepare(OwnTable table, DynamoDbAsyncClient place, boolean deletionProtected) {
        String name = table.name(application);
        if (prepared.add(new Prepared(table, place))) {
            TableDefinition definition = TableDefinition.of(table.key()).withDeletionProtection(deletionProtected);
            prepare(table, definition, new TableControl(place, name));
        }
        return name;
    }

    private static void prepare(OwnTable table, TableDefinition definition, TableControl control) {
        try {
            if (Calls.join(control.create(definition))) {
                Calls.join(control.awaitActive(CREATION_TIMEOUT));
                log.info("created table {} for {}", control.name(), table.content());
            }
        } catch (SdkException e) {
            log.warn(
                    "table {} for {} could not be described or created, and without it {}: {}",
                    control.name(),
                    table.content(),
                    table.consequence(),
                    WriteFailure.of(e).message());
            return;
        }
        table.ttlAttribute().ifPresent(attribute -> enableTtl(table, control, attribute));
    }

    private static void enableTtl(OwnTable table, TableControl control, String attribute) {
        try {
            String enabled = Calls.join(control.enableTtl(attribute));
            if (!enabled.equals(attribute)) {
                log.warn(
                        "the TTL attribute of table {} is {} and not {}, so expired {} stay and cost storage; they have"
                                + " no effect",
                        control.name(),
                        enabled,
                        attribute,
                        table.content());
            }
        } catch (SdkException e) {
            log.warn(
                    "the TTL of table {} could not be described or enabled, so expired {} may stay and cost storage; they"
                            + " have no effect: {}",
                    control.name(),
                    table.content(),
                    WriteFailure.of(e).message());
        }
    }
}
