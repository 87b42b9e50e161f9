package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class TutorialRequestTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    @Test
    void requestOfTheTutorialIsStoredAsDescribed() throws Exception {
        String table = dynamo.createTable("users", "email:S");
        var resource = GivenResources.plain(
                "users",
                GivenWrites.ofUsers(table).settings(),
                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                dynamo.asyncClient(),
                Duration.ofSeconds(10),
                Clock.systemUTC());
        try (WriteServer server = WriteServer.start(
                GivenHttp.onFreePort().settings(),
                List.of(resource),
                new Health(),
                new SimpleMeterRegistry(),
                Duration.ofSeconds(5))) {
            var request = HttpRequest.newBuilder(server.uri())
                    .header("Content-Type", "application/json")
                    .POST(
                            BodyPublishers.ofString(
                                    "{\"email\":\"a@example.com\",\"state\":\"New York\",\"city\":\"Brooklyn\",\"zipcode\":\"11208\"}"))
                    .build();
            var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(201);
            assertThat(response.headers().firstValue("Location")).contains("/a%40example.com");
            assertThat(response.body()).isEqualTo("{\"email\":\"a@example.com\"}\n");
        }
        var stored = dynamo.client()
                .getItem(get -> get.tableName(table).key(Map.of("email", AttributeValue.fromS("a@example.com"))));
        assertThat(stored.item())
                .isEqualTo(Map.of(
                        "email", AttributeValue.fromS("a@example.com"),
                        "state", AttributeValue.fromS("New York"),
                        "city", AttributeValue.fromS("Brooklyn"),
                        "zipcode", AttributeValue.fromN("11208"),
                        "active", AttributeValue.fromBool(true)));
    }
}
