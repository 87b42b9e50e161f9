package dev.tributary.items;

import dev.tributary.model.KeySchema;
import dev.tributary.model.TableLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Resources of tests. */
public final class GivenResources {

    private GivenResources() {}

    /** A table that is read and written through one client. */
    public static Resource.Table table(KeySchema key, DynamoDbAsyncClient client) {
        return new Resource.Table(new TableLayout(key, Map.of(), Optional.empty()), client, client);
    }

    /** A resource that takes no idempotency keys, of a table that is no source. */
    public static Resource plain(
            String name,
            ResourceSettings settings,
            KeySchema key,
            DynamoDbAsyncClient client,
            Duration timeout,
            Clock clock) {
        return new Resource(
                name, settings, true, table(key, client), timeout, clock, Optional.empty(), Resource.Source.NONE);
    }
}
