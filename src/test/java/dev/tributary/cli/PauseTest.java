package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.daemon.Daemon;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalDynamoDb;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary pause} and {@code resume}, with daemons that come and go. */
@Tag("slow")
class PauseTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private static final Pattern HEALTH = Pattern.compile("http://[0-9.:]+/health");

    @TempDir
    private Path directory;

    private final String application = "app-" + UUID.randomUUID();
    private final String users = dynamo.createTable("users", "email:S", true);
    private final String orders = dynamo.createTable("orders", "email:S", true);
    private final String byEmail = dynamo.createTable("by_email", "email:S");
    private final String copy = dynamo.createTable("copy", "email:S");
    private final String ordersCopy = dynamo.createTable("orders_copy", "email:S");
    private final StringWriter out = new StringWriter();
    private Path file;
    private URI health;

    @BeforeEach
    void configure() throws Exception {
        file = directory.resolve("test.properties");
        write("");
    }

    private void write(String more) throws Exception {
        Files.writeString(
                file, """
                application = %s
                aws.endpoint = %s
                aws.region = us-east-1
                admin.port = 0
                lease.duration = 3s
                source.users.table = %s
                source.users.route.by-email.table = %s
                source.users.route.copy.table = %s
                source.orders.table = %s
                source.orders.route.copy.table = %s
                %s
                """.formatted(application, dynamo.endpoint(), users, byEmail, copy, orders, ordersCopy, more));
    }

    @Test
    void aPausedRouteStaysPausedOverARestartAndLosesNothing() throws Exception {
        Daemon daemon = start(true);
        put(users, "before");
        awaitRows(byEmail, 1);
        assertThat(execute("pause", "users.by-email")).isZero();
        assertThat(out.toString())
                .contains("users.by-email is paused. Daemons stop reading source users within 5 s")
                .contains("The other routes of the source wait too: users.copy")
                .contains("To go on: tributary resume users.by-email");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(get(health))
                                .contains(
                                        "\"source users\":{\"status\":\"DEGRADED\",\"detail\":\"paused: users.by-email; at least 23 h"));
        put(users, "meanwhile");
        awaitRowsOfOtherSource("witness-1");
        daemon.stop();

        daemon = start(false);
        awaitRowsOfOtherSource("witness-2");
        assertThat(count(byEmail)).isEqualTo(1);
        assertThat(count(copy)).isEqualTo(1);
        assertThat(get(health)).contains("paused: users.by-email");
        assertThat(execute("status")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString())
                .contains("needs a person: users.by-email: paused ")
                .contains("at least 23 h", "tributary resume users.by-email");

        assertThat(execute("resume", "users.by-email")).isZero();
        assertThat(out.toString()).contains("users.by-email is resumed; it was paused since ");
        awaitRows(byEmail, 2);
        awaitRows(copy, 2);
        assertThat(get(health)).doesNotContain("paused");
        daemon.stop();
    }

    @Test
    void aRouteThatIsNotEnabledHoldsItsSource() throws Exception {
        write("source.users.route.copy.enabled = false");
        put(users, "first");
        Daemon daemon = start(false);
        awaitRowsOfOtherSource("witness");
        assertThat(count(byEmail) + count(copy)).isZero();
        assertThat(get(health)).contains("paused: users.copy");
        daemon.stop();
        write("");
        daemon = start(true);
        awaitRows(byEmail, 1);
        awaitRows(copy, 1);
        daemon.stop();
    }

    @Test
    void aRouteThatIsNotConfiguredIsRefused() {
        assertThat(execute("pause", "users.nowhere")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString())
                .contains("users.nowhere: the configuration has no such route; it has")
                .contains("users.by-email", "users.copy", "orders.copy");
        assertThat(execute("resume", "users.by-email")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).contains(application + "-jobs could not be read or written");
    }

    private Daemon start(boolean reads) throws Exception {
        Daemon daemon = new Daemon(Settings.load(file, Map.of()), failure -> {
            throw new AssertionError(failure);
        });
        daemon.start();
        assertThat(daemon.awaitReading(Duration.ofMinutes(1))).isEqualTo(reads);
        Matcher banner = HEALTH.matcher(daemon.banner(reads));
        assertThat(banner.find()).isTrue();
        health = URI.create(banner.group());
        return daemon;
    }

    private int execute(String command, String... route) {
        String[] arguments = new String[route.length + 3];
        arguments[0] = command;
        System.arraycopy(route, 0, arguments, 1, route.length);
        arguments[route.length + 1] = "--config";
        arguments[route.length + 2] = file.toString();
        return Cli.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(arguments);
    }

    private static String get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    private static void put(String table, String email) {
        dynamo.client().putItem(put -> put.tableName(table).item(Map.of("email", AttributeValue.fromS(email))));
    }

    /** A change of another source that is made now has arrived: this daemon reads. */
    private void awaitRowsOfOtherSource(String email) {
        int before = count(ordersCopy);
        put(orders, email);
        awaitRows(ordersCopy, before + 1);
    }

    private static void awaitRows(String table, int rows) {
        await().atMost(Duration.ofMinutes(1)).until(() -> count(table) == rows);
    }

    private static int count(String table) {
        return dynamo.client()
                .scan(scan -> scan.tableName(table).consistentRead(true))
                .count();
    }
}
