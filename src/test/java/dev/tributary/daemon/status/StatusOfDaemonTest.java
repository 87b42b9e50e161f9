package dev.tributary.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.daemon.Daemon;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.http.access.NewToken;
import dev.tributary.local.LocalDynamoDb;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What the status page of a daemon is sent, and what its actions do to the tables. */
@Tag("slow")
class StatusOfDaemonTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Pattern PAGE = Pattern.compile("shows +(http://\\S+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NewToken operator = NewToken.make("operator", List.of("admin:write"));
    private final HttpClient http = HttpClient.newHttpClient();
    private String users;
    private String byCity;
    private Daemon daemon;
    private URI page;

    @BeforeEach
    void start() throws Exception {
        users = dynamo.createTable("users", "email:S", true);
        byCity = dynamo.createTable("users_by_city", "city:S, email:S");
        Settings settings = Settings.of(Map.ofEntries(
                Map.entry("application", users),
                Map.entry("aws.endpoint", dynamo.endpoint().toString()),
                Map.entry("aws.region", "us-east-1"),
                Map.entry("admin.port", "0"),
                Map.entry("admin.token-list", operator.line()),
                Map.entry("source.users.table", users),
                Map.entry("source.users.route.by-city.table", byCity)));
        daemon = new Daemon(settings, fatal -> {
            throw new AssertionError(fatal);
        });
        daemon.start();
        assertThat(daemon.awaitReading(LONG)).isTrue();
        Matcher address = PAGE.matcher(daemon.banner(true));
        assertThat(address.find()).isTrue();
        page = URI.create(address.group(1));
    }

    @AfterEach
    void stop() throws InterruptedException {
        daemon.stop();
    }

    private void put(String email, AttributeValue city) {
        dynamo.client().putItem(request -> request.tableName(users)
                .item(Map.of("email", AttributeValue.fromS(email), "city", city)));
    }

    private long rows() {
        return dynamo.client().scan(request -> request.tableName(byCity)).count();
    }

    /** The data of the next event of this name, on a new connection. */
    private JsonNode event(String name) throws Exception {
        HttpResponse<InputStream> response =
                http.send(HttpRequest.newBuilder(page.resolve("/status/events")).build(), BodyHandlers.ofInputStream());
        try (BufferedReader events =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line = events.readLine();
            while (!line.equals("event: " + name)) {
                line = events.readLine();
            }
            return JSON.readTree(events.readLine().substring("data: ".length()));
        }
    }

    private JsonNode act(String action, Map<String, String> what, int status) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(page.resolve("/status/" + action))
                        .header("Authorization", "Bearer " + operator.token())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(what)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return JSON.readTree(response.body());
    }

    @Test
    void itShowsTheStateAndItsActionsChangeIt() throws Exception {
        put("a@example.com", AttributeValue.fromS("Salem"));
        await().atMost(LONG).until(() -> rows() == 1);
        JsonNode first = event("first");
        assertThat(first.at("/routes/0/to").asText()).isEqualTo(byCity);
        assertThat(first.at("/configuration").toString())
                .contains("source.users.route.by-city.table", "[\"admin.token-list\",\"(hidden)\"]")
                .doesNotContain("sha256");
        assertThat(event("now").at("/routes/users.by-city/changes").asInt()).isEqualTo(1);

        put("redriven@example.com", AttributeValue.fromN("1"));
        put("redriven@example.com", AttributeValue.fromS("Bend"));
        put("discarded@example.com", AttributeValue.fromN("2"));
        await().atMost(LONG)
                .until(() -> event("now").at("/routes/users.by-city/parked").asInt() == 2);
        await().atMost(LONG)
                .pollInterval(Duration.ofSeconds(1))
                .until(() ->
                        event("tables").at("/routes/users.by-city/parked/items").asInt() == 2);
        JsonNode tables = event("tables");
        assertThat(tables.at("/sources/0/shards")).isNotEmpty();
        assertThat(tables.toString()).doesNotContain("example.com", "Bend");
        JsonNode reason = tables.at("/routes/users.by-city/parked/reasons/0");
        assertThat(reason.at("/items").asInt()).isEqualTo(2);
        JsonNode both = reason.at("/sample");
        int redriven = both.at("/0/changes").asInt() == 2 ? 0 : 1;

        JsonNode done = act(
                "redrive",
                Map.of(
                        "route",
                        "users.by-city",
                        "item",
                        both.get(redriven).get("digest").asText()),
                200);
        assertThat(done.toString()).isEqualTo("{\"items\":1,\"changes\":2,\"left\":0,\"more\":false}");
        assertThat(rows()).isEqualTo(2);

        Map<String, String> rest =
                Map.of("route", "users.by-city", "reason", reason.get("reason").asText());
        JsonNode refused = act("redrive", rest, 200);
        assertThat(refused.at("/left").asInt()).isEqualTo(1);
        assertThat(refused.at("/reason").asText()).isNotEmpty();
        assertThat(act("discard", rest, 200).at("/changes").asInt()).isEqualTo(1);
        assertThat(act("discard", rest, 200).at("/changes").asInt()).isZero();

        assertThat(act("discard", Map.of("route", "users.no", "reason", ""), 400)
                        .at("/detail")
                        .asText())
                .contains("users.no");
        assertThat(act("acknowledge", Map.of("source", "users", "gap", "none"), 200)
                        .at("/gaps")
                        .asInt())
                .isZero();
        act("acknowledge", Map.of("source", "no", "gap", "none"), 400);
    }
}
