package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.VersionStamp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Two tables of the same name in two regions, replicated into one target: neither takes rows of the other for its own. */
class TwoRegionsIT {

    /** Without a shared database, DynamoDB Local has separate tables for each region. */
    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Map<String, AttributeValue> ADA = Map.of("email", AttributeValue.fromS("ada@example.com"));

    @TempDir
    private Path directory;

    @Test
    void itemsOfTablesOfOneNameInTwoRegionsAreDifferentItems() throws Exception {
        String target = dynamo.createTable("all_users", "email:S");
        try (DynamoDbClient europe = dynamo.configure(DynamoDbClient.builder())
                        .region(Region.EU_WEST_1)
                        .httpClientBuilder(ApacheHttpClient.builder())
                        .build();
                Daemons daemons = new Daemons(dynamo, directory)) {
            createUsers(dynamo.client());
            createUsers(europe);
            DaemonProcess daemon = daemons.start("""
                    application = %1$s
                    source.america.table = users
                    source.america.route.all.table = %1$s
                    source.america.route.all.collisions = reject
                    source.europe.table = users
                    source.europe.region = eu-west-1
                    source.europe.route.all.table = %1$s
                    source.europe.route.all.region = us-east-1
                    source.europe.route.all.collisions = reject
                    """.formatted(target), Map.of());
            daemon.awaitReady();

            put(dynamo.client());
            awaitOwner(target, "000000000000:us-east-1:users/ada@example.com");
            put(europe);
            daemon.awaitLine("europe.all: item#\\w+ has a parked change");
            europe.deleteItem(request -> request.tableName("users").key(ADA));
            put(europe);
            assertThat(row(target)).isNotEmpty();

            dynamo.client().deleteItem(request -> request.tableName("users").key(ADA));
            await().atMost(Duration.ofMinutes(1)).until(() -> row(target).isEmpty());
        }
    }

    private static void createUsers(DynamoDbClient client) {
        client.createTable(request -> request.tableName("users")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(List.of(AttributeDefinition.builder()
                        .attributeName("email")
                        .attributeType("S")
                        .build()))
                .keySchema(List.of(KeySchemaElement.builder()
                        .attributeName("email")
                        .keyType(KeyType.HASH)
                        .build()))
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
    }

    private static void put(DynamoDbClient client) {
        client.putItem(request -> request.tableName("users").item(ADA));
    }

    private static Map<String, AttributeValue> row(String target) {
        return dynamo.client()
                .getItem(request -> request.tableName(target).key(ADA).consistentRead(true))
                .item();
    }

    private static void awaitOwner(String target, String owner) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> row(target).containsKey(VersionStamp.ATTRIBUTE)
                        && row(target)
                                .get(VersionStamp.ATTRIBUTE)
                                .m()
                                .get("o")
                                .s()
                                .equals(owner));
    }
}
