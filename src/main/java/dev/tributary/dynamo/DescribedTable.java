package dev.tributary.dynamo;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * The description of an existing table.
 *
 * @param identity its ARN with its id, or with its creation time: equal for one table, whichever endpoint describes it
 * @param arn its Amazon Resource Name
 * @param key its key schema
 * @param types of its defined attributes: those of its key and of its indexes
 * @param indexes by name
 * @param streamArn its newest stream, enabled or not
 * @param viewType of its stream; empty if no stream is enabled
 */
public record DescribedTable(
        String identity,
        String arn,
        KeySchema key,
        Map<String, AttributeType> types,
        Map<String, QueryKey> indexes,
        Optional<String> streamArn,
        Optional<StreamViewType> viewType) {

    /**
     * Reads the response of DescribeTable.
     *
     * @throws SdkClientException if it has no key schema, and so is not DynamoDB's
     */
    public static DescribedTable of(@Nullable TableDescription table) {
        try {
            return read(requireNonNull(table));
        } catch (NullPointerException | IndexOutOfBoundsException e) {
            throw SdkClientException.create("a response to DescribeTable without a key schema", e);
        }
    }

    private static DescribedTable read(TableDescription table) {
        Map<String, AttributeType> types = table.attributeDefinitions().stream()
                .collect(toUnmodifiableMap(
                        AttributeDefinition::attributeName,
                        definition -> AttributeType.valueOf(definition.attributeTypeAsString())));
        KeySchema key = new KeySchema(
                attributes(table.keySchema(), types, KeyType.HASH).get(0),
                attributes(table.keySchema(), types, KeyType.RANGE).stream().findFirst());
        return new DescribedTable(
                identity(table),
                table.tableArn(),
                key,
                types,
                indexes(table, key, types),
                Optional.ofNullable(table.latestStreamArn()),
                Optional.ofNullable(table.streamSpecification())
                        .filter(stream -> Boolean.TRUE.equals(stream.streamEnabled()))
                        .map(StreamSpecification::streamViewType));
    }

    /** DynamoDB Local has no ids, and the same ARN for tables of one name in all its instances and regions. */
    private static String identity(TableDescription table) {
        return table.tableArn() + '#' + (table.tableId() == null ? table.creationDateTime() : table.tableId());
    }

    private static Map<String, QueryKey> indexes(
            TableDescription table, KeySchema key, Map<String, AttributeType> types) {
        Map<String, QueryKey> indexes = new HashMap<>();
        table.globalSecondaryIndexes()
                .forEach(index -> index(index.indexName(), true, index.keySchema(), index.projection(), key, types)
                        .ifPresent(read -> indexes.put(index.indexName(), read)));
        table.localSecondaryIndexes()
                .forEach(index -> index(index.indexName(), false, index.keySchema(), index.projection(), key, types)
                        .ifPresent(read -> indexes.put(index.indexName(), read)));
        return Map.copyOf(indexes);
    }

    /** An index; empty if it is described in a way that this version does not know. */
    private static Optional<QueryKey> index(
            String name,
            boolean global,
            List<KeySchemaElement> elements,
            @Nullable Projection projection,
            KeySchema key,
            Map<String, AttributeType> types) {
        if (projection == null || elements.stream().anyMatch(element -> !types.containsKey(element.attributeName()))) {
            return Optional.empty();
        }
        Set<String> projected = new HashSet<>(projection.nonKeyAttributes());
        elements.forEach(element -> projected.add(element.attributeName()));
        key.attributes().forEach(attribute -> projected.add(attribute.name()));
        return Optional.of(new QueryKey(
                Optional.of(name),
                global,
                attributes(elements, types, KeyType.HASH),
                attributes(elements, types, KeyType.RANGE),
                projection.projectionType() == ProjectionType.ALL ? Optional.empty() : Optional.of(projected)));
    }

    private static List<KeyAttribute> attributes(
            List<KeySchemaElement> elements, Map<String, AttributeType> types, KeyType type) {
        return elements.stream()
                .filter(element -> element.keyType() == type)
                .map(element ->
                        new KeyAttribute(element.attributeName(), requireNonNull(types.get(element.attributeName()))))
                .toList();
    }
}
