package dev.tributary.bench;

import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.local.LocalStreams;
import dev.tributary.local.LocalTables;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The tables of the benchmark and the items in them. */
final class Users {

    static final String SOURCE = "users";
    static final String TARGET = "users_by_city";

    /** The attribute that the route excludes, unless rows are to be large. */
    static final String PAYLOAD = "payload";

    /** Size of {@link #PAYLOAD} in kilobytes if the route copies it; 0: 400 bytes that it excludes. */
    static final int ROW_KB = Integer.getInteger("row-kb", 0);

    private static final AttributeValue PAYLOAD_VALUE =
            AttributeValue.fromS("x".repeat(ROW_KB == 0 ? 400 : ROW_KB * 1024));

    private static final KeySchema SOURCE_KEY =
            new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());
    static final KeySchema TARGET_KEY = new KeySchema(
            new KeyAttribute("state", AttributeType.S), Optional.of(new KeyAttribute("city", AttributeType.S)));

    private Users() {}

    static void createTables(DynamoDbAsyncClient client) {
        LocalTables.create(
                Map.of(
                        SOURCE,
                        new DeclaredTable(SOURCE_KEY, true, Optional.empty()),
                        TARGET,
                        new DeclaredTable(TARGET_KEY, false, Optional.empty())),
                client);
    }

    /** Creates a table like the target. */
    static void createTarget(String name, DynamoDbAsyncClient client) {
        LocalTables.create(Map.of(name, new DeclaredTable(TARGET_KEY, false, Optional.empty())), client);
    }

    static String streamArn(DynamoDbAsyncClient client) {
        return LocalStreams.toAws(client.describeTable(request -> request.tableName(SOURCE))
                .join()
                .table()
                .latestStreamArn());
    }

    /**
     * @param user the city is the user's own, so no two users want the same target row
     * @param home number of the user's moves
     * @param visits differs between changes
     */
    static Map<String, AttributeValue> item(int user, int home, int visits) {
        return Map.of(
                "email",
                AttributeValue.fromS(email(user)),
                "name",
                AttributeValue.fromS("User " + user),
                "state",
                AttributeValue.fromS("State " + (user + 7 * home) % 50),
                "city",
                AttributeValue.fromS("City " + user + "-" + home),
                "visits",
                AttributeValue.fromN(Integer.toString(visits)),
                PAYLOAD,
                PAYLOAD_VALUE);
    }

    static String email(int user) {
        return "user-%07d@example.com".formatted(user);
    }
}
