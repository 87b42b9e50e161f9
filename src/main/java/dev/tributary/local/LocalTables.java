package dev.tributary.local;

import dev.tributary.config.LocalTable;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbAsyncWaiter;

/** Creates the tables that local mode declares. May be run again, and by two processes at once. */
public final class LocalTables {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final StreamSpecification STREAM = StreamSpecification.builder()
            .streamEnabled(true)
            .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)
            .build();

    private LocalTables() {}

    /**
     * Creates each table that is missing and turns on each stream and time to live that is wanted and off. Returns when
     * all are active.
     *
     * @param tables by table name
     * @throws LocalException if a table exists with another key, or with a stream of other images
     */
    public static void create(Map<String, LocalTable> tables, DynamoDbAsyncClient client) {
        tables.forEach((name, wanted) -> {
            create(name, wanted, client);
            wanted.ttl().ifPresent(attribute -> expire(name, attribute, client));
        });
    }

    /**
     * Turns the time to live of a table on where it is off; one that is on with another attribute is left so.
     *
     * @param attribute of the table, with the time in epoch seconds
     */
    public static void expire(String table, String attribute, DynamoDbAsyncClient client) {
        TimeToLiveDescription now =
                join(client.describeTimeToLive(ttl -> ttl.tableName(table))).timeToLiveDescription();
        if (now.timeToLiveStatus() == TimeToLiveStatus.DISABLED) {
            join(client.updateTimeToLive(ttl -> ttl.tableName(table)
                    .timeToLiveSpecification(on -> on.enabled(true).attributeName(attribute))));
        }
    }

    private static void create(String name, LocalTable wanted, DynamoDbAsyncClient client) {
        Optional<TableDescription> existing = describe(name, client);
        if (existing.isEmpty()) {
            createMissing(name, wanted, client);
        } else {
            checkKey(name, wanted.key(), existing.get());
            if (!wanted.stream() || hasStream(name, existing.get())) {
                return;
            }
            join(client.updateTable(table -> table.tableName(name).streamSpecification(STREAM)));
        }
        awaitActive(name, client);
    }

    private static Optional<TableDescription> describe(String name, DynamoDbAsyncClient client) {
        try {
            return Optional.of(
                    join(client.describeTable(table -> table.tableName(name))).table());
        } catch (ResourceNotFoundException missing) {
            return Optional.empty();
        }
    }

    private static void createMissing(String name, LocalTable wanted, DynamoDbAsyncClient client) {
        List<KeySchemaElement> schema = new ArrayList<>();
        List<AttributeDefinition> attributes = new ArrayList<>();
        add(wanted.key().partition(), KeyType.HASH, schema, attributes);
        wanted.key().sort().ifPresent(sort -> add(sort, KeyType.RANGE, schema, attributes));
        try {
            join(client.createTable(table -> {
                table.tableName(name)
                        .keySchema(schema)
                        .attributeDefinitions(attributes)
                        .billingMode(BillingMode.PAY_PER_REQUEST);
                if (wanted.stream()) {
                    table.streamSpecification(STREAM);
                }
            }));
        } catch (ResourceInUseException createdMeanwhile) {
            create(name, wanted, client);
        }
    }

    private static void add(
            KeyAttribute key, KeyType type, List<KeySchemaElement> schema, List<AttributeDefinition> attributes) {
        schema.add(KeySchemaElement.builder()
                .attributeName(key.name())
                .keyType(type)
                .build());
        attributes.add(AttributeDefinition.builder()
                .attributeName(key.name())
                .attributeType(key.type().name())
                .build());
    }

    private static void checkKey(String name, KeySchema wanted, TableDescription existing) {
        KeySchema found = new KeySchema(key(KeyType.HASH, existing).orElseThrow(), key(KeyType.RANGE, existing));
        if (!found.equals(wanted)) {
            throw new LocalException(
                    "local.table.%s.key = %s, but the table exists with the key %s. Set that key, or another table name, or delete the table (with local.mode=directory: the directory)."
                            .formatted(name, text(wanted), text(found)));
        }
    }

    private static Optional<KeyAttribute> key(KeyType type, TableDescription table) {
        return table.keySchema().stream()
                .filter(element -> element.keyType() == type)
                .map(KeySchemaElement::attributeName)
                .findFirst()
                .map(key -> new KeyAttribute(key, type(key, table)));
    }

    private static AttributeType type(String attribute, TableDescription table) {
        return table.attributeDefinitions().stream()
                .filter(definition -> definition.attributeName().equals(attribute))
                .map(definition -> AttributeType.valueOf(definition.attributeTypeAsString()))
                .findFirst()
                .orElseThrow();
    }

    private static String text(KeySchema key) {
        return text(key.partition()) + key.sort().map(sort -> ", " + text(sort)).orElse("");
    }

    private static String text(KeyAttribute key) {
        return key.name() + ":" + key.type();
    }

    private static boolean hasStream(String name, TableDescription existing) {
        StreamSpecification stream = existing.streamSpecification();
        if (stream == null || !Boolean.TRUE.equals(stream.streamEnabled())) {
            return false;
        }
        if (stream.streamViewType() != StreamViewType.NEW_AND_OLD_IMAGES) {
            throw new LocalException(
                    "local.table.%s.stream = true, but the table exists with a stream of %s, and NEW_AND_OLD_IMAGES is needed. Turn its stream off, or delete the table."
                            .formatted(name, stream.streamViewTypeAsString()));
        }
        return true;
    }

    private static void awaitActive(String name, DynamoDbAsyncClient client) {
        try (DynamoDbAsyncWaiter waiter = DynamoDbAsyncWaiter.builder()
                .client(client)
                .overrideConfiguration(wait -> wait.maxAttempts(Integer.MAX_VALUE)
                        .waitTimeout(LONGEST_WAIT)
                        .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50))))
                .build()) {
            join(waiter.waitUntilTableExists(table -> table.tableName(name)));
        }
    }

    private static <T> T join(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
