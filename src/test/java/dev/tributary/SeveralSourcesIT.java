package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import java.time.Duration;
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

/** One daemon of the distribution, two sources, several routes, two regions; configured in part by the environment. */
class SeveralSourcesIT {

    /** Without a shared database, DynamoDB Local has separate tables for each region. */
    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    @TempDir
    private Path directory;

    /** More characters than the SDK's parser reads by default, and not more than DynamoDB stores. */
    private static final String LONG_NAME = "n".repeat(60_000);

    @Test
    void eachRouteGetsItsAttributesInItsRegion() throws Exception {
        String users = dynamo.createTable("users", "email:S", true);
        String orders = dynamo.createTable("orders", "id:N", true);
        String byCity = dynamo.createTable("users_by_city", "city:S");
        String byCustomer = dynamo.createTable("orders_by_customer", "customer:S, id:N");
        try (DynamoDbClient europe = dynamo.configure(DynamoDbClient.builder())
                .region(Region.EU_WEST_1)
                .httpClientBuilder(ApacheHttpClient.builder())
                .build()) {
            createArchive(europe);
            try (Daemons daemons = new Daemons(dynamo, directory)) {
                DaemonProcess daemon = daemons.start(
                        """
                        application = %1$s
                        source.users.table = %1$s
                        source.users.route.by-city.table = %2$s
                        source.users.route.by-city.exclude = password
                        source.users.route.archive.table = archive
                        source.users.route.archive.region = eu-west-1
                        source.users.route.archive.include = email
                        source.orders.table = overridden
                        source.orders.route.by-customer.table = %3$s
                        """.formatted(users, byCity, byCustomer),
                        Map.of("TRIBUTARY_SOURCE_ORDERS_TABLE", orders, "TRIBUTARY_LOG_FORMAT", "json"));
                daemon.awaitReady();
                put(users, Map.of("email", text("ada"), "city", text("Oakland"), "password", text("secret-word")));
                Map<String, AttributeValue> order =
                        Map.of("id", AttributeValue.fromN("7"), "customer", text("ada"), LONG_NAME, text("long"));
                put(orders, order);

                awaitRow(dynamo.client(), byCity, Map.of("email", text("ada"), "city", text("Oakland")));
                awaitRow(europe, "archive", Map.of("email", text("ada")));
                awaitRow(dynamo.client(), byCustomer, order);
                daemon.awaitLine("^\\{(?=.*\"logger\")(?=.*\"message\").*\\}$");
                assertThat(daemon.output()).doesNotContain("secret-word", "Oakland");
                daemon.signal("TERM");
                assertThat(daemon.awaitExit(Duration.ofSeconds(10))).isZero();
            }
        }
    }

    private static void createArchive(DynamoDbClient europe) {
        europe.createTable(request -> request.tableName("archive")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("email")
                        .attributeType("S")
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("email")
                        .keyType(KeyType.HASH)
                        .build()));
    }

    private static void put(String table, Map<String, AttributeValue> item) {
        dynamo.client().putItem(request -> request.tableName(table).item(item));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    /** The table's only row, without its version stamp. */
    private static void awaitRow(DynamoDbClient client, String table, Map<String, AttributeValue> expected) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            var rows = client.scan(request -> request.tableName(table)).items();
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).containsAllEntriesOf(expected);
            assertThat(rows.get(0).keySet()).hasSize(expected.size() + 1);
        });
    }
}
