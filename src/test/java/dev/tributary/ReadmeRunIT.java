package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Runs the command of the README in a separate process, with an empty data directory. */
class ReadmeRunIT {

    private static final Path PROJECT = Path.of("").toAbsolutePath();

    @TempDir
    private Path directory;

    private DaemonProcess daemon;
    private DynamoDbClient dynamo;

    @AfterEach
    void end() {
        if (dynamo != null) {
            dynamo.close();
        }
        daemon.close();
    }

    @Test
    void theTutorialWorksAndLosesNothingInAStopOrAKill() throws Exception {
        start();
        List<String> lines = Files.readAllLines(PROJECT.resolve("README.md")).stream()
                .filter(line -> line.startsWith("curl ") && line.contains("http://127.0.0.1:8080/"))
                .toList();
        assertThat(lines).hasSize(5);
        assertThat(run(lines.get(0))).contains("201 Created", "Location: /a%40example.com");
        assertThat(sources().get("a@example.com"))
                .containsEntry("zipcode", AttributeValue.fromN("11208"))
                .containsEntry("active", AttributeValue.fromBool(true));
        awaitTarget(Map.of("New York/Brooklyn", "a@example.com"));
        assertThat(run(lines.get(1)))
                .isEqualTo(
                        "{\"items\":[{\"state\":\"New York\",\"city\":\"Brooklyn\",\"active\":true,\"email\":\"a@example.com\"}]}\n");

        assertThat(run(lines.get(2))).isEmpty();
        awaitTarget(Map.of("Oregon/Salem", "a@example.com"));
        assertThat(run(lines.get(3)))
                .isEqualTo("{\"state\":\"Oregon\",\"city\":\"Salem\",\"active\":true,\"email\":\"a@example.com\"}\n");
        assertThat(run(lines.get(1))).isEqualTo("{\"items\":[]}\n");
        assertThat(run(lines.get(4))).isEmpty();
        awaitTarget(Map.of());
        assertThat(run(lines.get(3))).contains("/problems/no-such-item");

        post(user("b@example.com", "Utah", "Moab"));
        daemon.signal("TERM");
        assertThat(daemon.awaitExit(Duration.ofSeconds(10))).isZero();

        start();
        awaitTarget(Map.of("Utah/Moab", "b@example.com"));
        List<String> emails = IntStream.range(0, 200)
                .mapToObj("user%03d@example.com"::formatted)
                .toList();
        for (String email : emails) {
            assertThat(post(user(email, "State", email)).statusCode()).isEqualTo(201);
        }
        for (String email : emails.subList(0, 100)) {
            post(user(email, "Moved", email));
        }
        daemon.signal("KILL");
        daemon.awaitExit(Duration.ofSeconds(10));

        start();
        Map<String, String> expected = new HashMap<>(Map.of("Utah/Moab", "b@example.com"));
        emails.forEach(email -> expected.put((emails.indexOf(email) < 100 ? "Moved/" : "State/") + email, email));
        awaitTarget(expected);
    }

    private void start() throws Exception {
        List<String> command = List.of("sh", "-c", "exec " + readmeCommand());
        daemon = DaemonProcess.start(
                PROJECT,
                Map.of(
                        "TRIBUTARY_LOCAL_MODE", "directory",
                        "TRIBUTARY_LOCAL_DIRECTORY", directory.toString(),
                        "TRIBUTARY_LOCAL_PORT", "0",
                        "TRIBUTARY_HTTP_PORT", "0",
                        "TRIBUTARY_ADMIN_PORT", "0"),
                command);
        daemon.awaitReady();
        dynamo = DynamoDbClient.builder()
                .endpointOverride(daemon.dynamoDb())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClientBuilder(ApacheHttpClient.builder())
                .build();
    }

    /** Runs a line of the README against this daemon. */
    private String run(String line) throws Exception {
        String here = daemon.writes().resolve("/").toString();
        return new ConsolePage.Command(line, List.of()).run(text -> text.replace("http://127.0.0.1:8080/", here));
    }

    private static String readmeCommand() throws IOException {
        return Files.readAllLines(PROJECT.resolve("README.md")).stream()
                .filter(line -> line.startsWith("./mvnw") && line.contains("exec:java"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("README.md has no run command"));
    }

    private HttpResponse<String> post(String body) throws Exception {
        URI writes = daemon.writes();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(writes)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String user(String email, String state, String city) {
        return "{\"email\":\"%s\",\"state\":\"%s\",\"city\":\"%s\",\"zipcode\":\"11208\"}"
                .formatted(email, state, city);
    }

    private Map<String, Map<String, AttributeValue>> sources() {
        return dynamo.scan(request -> request.tableName("users").consistentRead(true)).items().stream()
                .collect(Collectors.toMap(item -> item.get("email").s(), item -> item));
    }

    private List<Map<String, AttributeValue>> targets() {
        return dynamo.scan(request -> request.tableName("users_by_city").consistentRead(true))
                .items();
    }

    /** Waits until the target has exactly these rows, as {@code state/city} to email. */
    private void awaitTarget(Map<String, String> expected) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            List<Map<String, AttributeValue>> rows = targets();
            Set<Map.Entry<String, String>> actual = rows.stream()
                    .map(row -> Map.entry(
                            row.get("state").s() + "/" + row.get("city").s(),
                            row.get("email").s()))
                    .collect(Collectors.toSet());
            assertThat(actual).isEqualTo(expected.entrySet());
        });
    }
}
