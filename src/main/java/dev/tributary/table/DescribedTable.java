package dev.tributary.table;

import dev.tributary.config.AttributeType;
import dev.tributary.config.KeySchema;
import dev.tributary.config.KeySchema.KeyAttribute;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * What a start needs to know of a table that exists.
 *
 * @param key its key schema
 * @param streamArn its newest stream, enabled or not
 * @param viewType what its stream records hold; empty when the stream is not enabled
 */
public record DescribedTable(KeySchema key, Optional<String> streamArn, Optional<StreamViewType> viewType) {

    /** Reads the answer of DescribeTable. */
    public static DescribedTable of(TableDescription table) {
        return new DescribedTable(
                new KeySchema(keyAttribute(table, KeyType.HASH).orElseThrow(), keyAttribute(table, KeyType.RANGE)),
                Optional.ofNullable(table.latestStreamArn()),
                Optional.ofNullable(table.streamSpecification())
                        .filter(stream -> Boolean.TRUE.equals(stream.streamEnabled()))
                        .map(StreamSpecification::streamViewType));
    }

    private static Optional<KeyAttribute> keyAttribute(TableDescription table, KeyType type) {
        return table.keySchema().stream()
                .filter(element -> element.keyType() == type)
                .findFirst()
                .map(element -> new KeyAttribute(element.attributeName(), type(table, element.attributeName())));
    }

    private static AttributeType type(TableDescription table, String attribute) {
        return table.attributeDefinitions().stream()
                .filter(definition -> definition.attributeName().equals(attribute))
                .map(AttributeDefinition::attributeTypeAsString)
                .map(AttributeType::valueOf)
                .findFirst()
                .orElseThrow();
    }
}
