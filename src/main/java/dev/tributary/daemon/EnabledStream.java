package dev.tributary.daemon;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.local.LocalStreams;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * Asks for the stream that a source table has now: its ARN, or empty if there is no stream with new and old images, or
 * no table. Throws what the SDK throws if that cannot be told.
 */
public record EnabledStream(DynamoDbAsyncClient client, String table) implements Supplier<Optional<String>> {

    @Override
    public Optional<String> get() {
        try {
            DescribedTable described = DescribedTable.of(client.describeTable(request -> request.tableName(table))
                    .join()
                    .table());
            return described
                    .viewType()
                    .filter(StreamViewType.NEW_AND_OLD_IMAGES::equals)
                    .flatMap(enabled -> described.streamArn())
                    .map(LocalStreams::toAws);
        } catch (CompletionException e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
