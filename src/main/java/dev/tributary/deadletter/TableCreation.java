package dev.tributary.deadletter;

import dev.tributary.model.Failures;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Makes a table of dead letters.
 *
 * @param protect whether only somebody who turns its deletion protection off may delete it
 */
record TableCreation(DynamoDbAsyncClient client, String name, boolean protect) {

    /** Ends with whether it was made; false if there is one already. */
    CompletableFuture<Boolean> run() {
        return client.describeTable(request -> request.tableName(name))
                .thenApply(found -> false)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceNotFoundException
                        ? create()
                        : CompletableFuture.failedFuture(thrown));
    }

    private CompletableFuture<Boolean> create() {
        return client.createTable(request -> request.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .deletionProtectionEnabled(protect ? true : null)
                        .attributeDefinitions(text(DeadLetterRow.ROUTE), text(DeadLetterRow.POSITION))
                        .keySchema(key(DeadLetterRow.ROUTE, KeyType.HASH), key(DeadLetterRow.POSITION, KeyType.RANGE)))
                .thenApply(created -> true)
                .exceptionallyCompose(thrown -> Failures.unwrap(thrown) instanceof ResourceInUseException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(thrown));
    }

    private static AttributeDefinition text(String attribute) {
        return AttributeDefinition.builder()
                .attributeName(attribute)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String attribute, KeyType type) {
        return KeySchemaElement.builder().attributeName(attribute).keyType(type).build();
    }
}
