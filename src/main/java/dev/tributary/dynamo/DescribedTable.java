package dev.tributary.dynamo;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
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
 * @param streamArn its newest stream, enabled or not
 * @param viewType of its stream; empty if no stream is enabled
 */
public record DescribedTable(
        String identity,
        String arn,
        KeySchema key,
        Map<String, AttributeType> types,
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
        } catch (NullPointerException | NoSuchElementException e) {
            throw SdkClientException.create("a response to DescribeTable without a key schema", e);
        }
    }

    private static DescribedTable read(TableDescription table) {
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

    /** DynamoDB Local has no ids, and the same ARN for tables of one name in all its instances and regions. */
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
