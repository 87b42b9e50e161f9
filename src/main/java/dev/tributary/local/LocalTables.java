package dev.tributary.local;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.model.KeySchema;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Creates the tables that local mode declares. May be repeated, and may be called by two processes at once. */
public final class LocalTables {

    private static final Duration CREATION_TIMEOUT = Duration.ofSeconds(30);

    private LocalTables() {}

    /**
     * Creates each missing table, and enables each declared stream and TTL that is disabled. Returns when all tables are
     * active.
     *
     * @param tables by table name
     * @throws LocalException if a table exists with another key, or with a stream of another view type
     */
    public static void create(Map<String, DeclaredTable> tables, DynamoDbAsyncClient client) {
        tables.forEach((name, declared) -> {
            TableControl table = new TableControl(client, name);
            create(table, declared);
            declared.ttl().ifPresent(attribute -> Calls.join(table.enableTtl(attribute)));
        });
    }

    private static void create(TableControl table, DeclaredTable declared) {
        Calls.join(table.create(TableDefinition.of(declared.key()).withStream(declared.stream())));
        DescribedTable existing = Calls.join(table.awaitActive(CREATION_TIMEOUT));
        checkKey(table.name(), declared.key(), existing.key());
        if (declared.stream() && existing.viewType().isEmpty()) {
            Calls.join(table.enableStream());
            Calls.join(table.awaitActive(CREATION_TIMEOUT));
        } else if (declared.stream()) {
            checkViewType(table.name(), existing.viewType().get());
        }
    }

    private static void checkKey(String name, KeySchema declared, KeySchema existing) {
        if (!existing.equals(declared)) {
            throw new LocalException(
                    "table.%s.key = %s, but the table exists with the key %s. Set that key, or another table name, or delete the table (with local.mode=directory: the directory)."
                            .formatted(name, declared.text(), existing.text()));
        }
    }

    private static void checkViewType(String name, StreamViewType existing) {
        if (existing != StreamViewType.NEW_AND_OLD_IMAGES) {
            throw new LocalException(
                    "table.%s.stream = true, but the table exists with a stream of view type %s, and NEW_AND_OLD_IMAGES is needed. Disable its stream, or delete the table."
                            .formatted(name, existing));
        }
    }
}
