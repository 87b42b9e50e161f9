package dev.tributary.dynamo;

import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * The parameters of a table to create. It is billed by request.
 *
 * @param stream whether the table has a stream of new and old images
 * @param deletionProtected whether the table cannot be deleted before its deletion protection is turned off
 * @param indexes the keys of its global secondary indexes, by index name; an index holds keys only
 */
public record TableDefinition(
        KeySchema key, boolean stream, boolean deletionProtected, Map<String, KeySchema> indexes) {

    static final StreamSpecification STREAM = StreamSpecification.builder()
            .streamEnabled(true)
            .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)
            .build();

    /** A table with this key and nothing else. */
    public static TableDefinition of(KeySchema key) {
        return new TableDefinition(key, false, false, Map.of());
    }

    /** The same table with or without a stream. */
    public TableDefinition withStream(boolean enabled) {
        return new TableDefinition(key, enabled, deletionProtected, indexes);
    }

    /** The same table with or without deletion protection. */
    public TableDefinition withDeletionProtection(boolean enabled) {
        return new TableDefinition(key, stream, enabled, indexes);
    }

    /** The same table with one index. */
    public TableDefinition withIndex(String name, KeySchema indexKey) {
        return new TableDefinition(key, stream, deletionProtected, Map.of(name, indexKey));
    }

    Consumer<CreateTableRequest.Builder> request(String table) {
        return request -> request.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(attributeDefinitions())
                .keySchema(elements(key))
                .globalSecondaryIndexes(indexes.isEmpty() ? null : globalSecondaryIndexes())
                .streamSpecification(stream ? STREAM : null)
                .deletionProtectionEnabled(deletionProtected ? true : null);
    }

    private Collection<AttributeDefinition> attributeDefinitions() {
        Map<String, AttributeDefinition> definitions = new LinkedHashMap<>();
        Stream.concat(Stream.of(key), indexes.values().stream())
                .flatMap(schema -> schema.attributes().stream())
                .forEach(attribute -> definitions.put(
                        attribute.name(),
                        AttributeDefinition.builder()
                                .attributeName(attribute.name())
                                .attributeType(attribute.type().name())
                                .build()));
        return definitions.values();
    }

    private List<GlobalSecondaryIndex> globalSecondaryIndexes() {
        return indexes.entrySet().stream()
                .map(index -> GlobalSecondaryIndex.builder()
                        .indexName(index.getKey())
                        .keySchema(elements(index.getValue()))
                        .projection(projection -> projection.projectionType(ProjectionType.KEYS_ONLY))
                        .build())
                .toList();
    }

    private static List<KeySchemaElement> elements(KeySchema key) {
        return Stream.concat(
                        Stream.of(element(key.partition(), KeyType.HASH)),
                        key.sort().stream().map(sort -> element(sort, KeyType.RANGE)))
                .toList();
    }

    private static KeySchemaElement element(KeyAttribute attribute, KeyType type) {
        return KeySchemaElement.builder()
                .attributeName(attribute.name())
                .keyType(type)
                .build();
    }
}
