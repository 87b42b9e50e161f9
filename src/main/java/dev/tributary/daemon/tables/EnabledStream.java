package dev.tributary.daemon.tables;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.local.LocalStreams;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * Looks up the ARN of the stream that a source table has now; empty if it has no stream with new and old images, or if
 * there is no such table. Throws what the SDK throws.
 */
public record EnabledStream(DynamoDbAsyncClient client, String table) implements Supplier<Optional<String>> {

    @Override
    public Optional<String> get() {
        return Calls.join(new TableControl(client, table).find())
                .filter(described -> described
                        .viewType()
                        .filter(StreamViewType.NEW_AND_OLD_IMAGES::equals)
                        .isPresent())
                .flatMap(described -> described.streamArn())
                .map(LocalStreams::toAws);
    }
}
