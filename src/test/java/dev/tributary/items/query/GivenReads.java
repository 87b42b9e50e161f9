package dev.tributary.items.query;

import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.model.KeySchema;
import dev.tributary.model.QueryKey;
import dev.tributary.model.TableLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads of a table with the key {@code p:S, s:N}, for tests. */
final class GivenReads {

    static final KeySchema KEY = KeySchema.parse("p:S, s:N");

    private GivenReads() {}

    static ResourceReads of(String name, String table, DynamoDbAsyncClient client, Clock clock) {
        TableLayout layout = new TableLayout(KEY, Map.of(), Optional.of("expires"));
        return new ResourceReads(Resource.readOnly(
                name,
                new GivenWrites("/" + name, table, Map.of(), Map.of()).settings(),
                new Resource.Table(layout, client, client),
                Duration.ofSeconds(20),
                clock));
    }

    static ItemQuery query(
            String partition, Optional<SortCondition> condition, boolean ascending, int limit, String... fields) {
        return new ItemQuery(
                QueryKey.of(KEY),
                Map.of("p", AttributeValue.fromS(partition)),
                condition,
                ascending,
                limit,
                true,
                fields.length == 0 ? FieldSelection.ALL : new FieldSelection(Optional.of(Set.of(fields))));
    }
}
