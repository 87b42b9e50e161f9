package dev.tributary.dynamo;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * What a start needs to know of a table that exists.
 *
 * @param arn its name among all tables
 * @param identity its ARN, and its id or its moment of creation: the same for one table, by whatever endpoint it was reached
 * @param key its key schema
 * @param types of the attributes that DynamoDB holds to one type: those of its key and of its indexes
 * @param streamArn its newest stream, enabled or not
 * @param viewType what its stream records hold; empty when the stream is not enabled
 */
public record DescribedTable(
        String identity,
        String arn,
        KeySchema key,
        Map<String, AttributeType> types,
        Optional<String> streamArn,
        Optional<StreamViewType> viewType) {

    /** Reads the answer of DescribeTable. */
    public static DescribedTable of(TableDescription table) {
        Map<String, AttributeType> types = table.attributeDefinitions().stream()
                .collect(toUnmodifiableMap(
                        AttributeDefinition::attributeName,
                        definition -> AttributeType.valueOf(definition.attributeTypeAsString())));
        return new DescribedTable(
                identity(table),
                table.tableArn(),
                new KeySchema(
                        keyAttribute(table, types, KeyType.HASH).orElseThrow(),
                        keyAttribute(table, types, KeyType.RANGE)),
                types,
                Optional.ofNullable(table.latestStreamArn()),
                Optional.ofNullable(table.streamSpecification())
                        .filter(stream -> Boolean.TRUE.equals(stream.streamEnabled()))
                        .map(StreamSpecification::streamViewType));
    }

    /** DynamoDB Local has no ids, and one ARN for the tables of all its instances and regions. */
    private static String identity(TableDescription table) {
        return table.tableArn() + '#' + (table.tableId() == null ? table.creationDateTime() : table.tableId());
    }

    private static Optional<KeyAttribute> keyAttribute(
            TableDescription table, Map<String, AttributeType> types, KeyType type) {
        return table.keySchema().stream()
                .filter(element -> element.keyType() == type)
                .findFirst()
                .map(element ->
                        new KeyAttribute(element.attributeName(), requireNonNull(types.get(element.attributeName()))));
    }
}
