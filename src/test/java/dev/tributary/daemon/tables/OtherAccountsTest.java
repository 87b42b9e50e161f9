package dev.tributary.daemon.tables;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.model.Failures;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** Tables of other accounts, and endpoints of streams, with stubs of DynamoDB, its streams and STS on this machine. */
class OtherAccountsTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/path/tributary";

    @TempDir
    private Path directory;

    private final List<String> assumed = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean denied;
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile String account = "111122223333";
    private HttpServer server;
    private HttpServer streams;

    @BeforeEach
    void start() throws IOException {
        server = stub("tables");
        streams = stub("streams");
        System.setProperty("aws.accessKeyId", "OWN");
        System.setProperty("aws.secretAccessKey", "secret");
        System.setProperty("aws.endpointUrlSts", uri(server));
    }

    @AfterEach
    void stop() {
        server.stop(0);
        streams.stop(0);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        System.clearProperty("aws.endpointUrlSts");
    }

    private HttpServer stub(String name) throws IOException {
        HttpServer stub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stub.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            if (body.contains("Action=AssumeRole")) {
                assumed.add(URLDecoder.decode(body, UTF_8));
                answer(exchange, denied ? 403 : 200, denied ? DENIAL : CREDENTIALS);
                return;
            }
            String key = Objects.requireNonNull(exchange.getRequestHeaders().getFirst("Authorization"))
                    .replaceAll(".*Credential=([^/]*)/([0-9]+)/([^/]*)/.*", "$1 $3");
            String target = Objects.requireNonNull(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
            calls.add(name + " " + key + " " + target.substring(target.indexOf('.') + 1));
            if (unanswered.getAndDecrement() > 0) {
                return;
            }
            answer(exchange, 200, target.endsWith("DescribeTable") ? TABLE.formatted(account) : "{}");
        });
        stub.start();
        return stub;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String uri(HttpServer stub) {
        return "http://127.0.0.1:" + stub.getAddress().getPort();
    }

    private Settings settings(String... lines) throws IOException, InvalidConfigurationException {
        Path file = directory.resolve("test.properties");
        Files.writeString(file, """
                aws.endpoint = %s
                aws.region = us-east-1
                %s
                """.formatted(uri(server), String.join("\n", lines)));
        return Settings.load(file, Map.of());
    }

    private static Clients clients(Settings settings) {
        return new Clients(settings.aws(), null, Duration.ofSeconds(5), 1);
    }

    @Test
    void aTableIsCalledWithItsRoleAndTheTablesOfTheDaemonWithout() throws Exception {
        Settings settings = settings(
                "source.users.table = arn:aws:dynamodb:eu-west-1:111122223333:table/users",
                "source.users.role = " + ROLE,
                "source.users.streams-endpoint = " + uri(streams),
                "source.users.route.copy.table = copy");
        SourceSettings source = Objects.requireNonNull(settings.source().get("users"));
        RouteSettings route = Objects.requireNonNull(source.route().get("copy"));
        assertThat(source.table()).isEqualTo("users");
        try (Clients clients = clients(settings)) {
            clients.control(source).listTables().join();
            clients.writes(source).listTables().join();
            clients.streams(source, false).listStreams();
            clients.own(source).listTables().join();
            clients.leases(source).listTables().join();
            clients.control(route).listTables().join();
            assertThat(clients.place(source)).isEqualTo(uri(server) + " of account 111122223333");
        }
        assertThat(calls)
                .containsExactly(
                        "tables ROLEKEY eu-west-1 ListTables",
                        "tables ROLEKEY eu-west-1 ListTables",
                        "streams ROLEKEY eu-west-1 ListStreams",
                        "tables OWN eu-west-1 ListTables",
                        "tables OWN eu-west-1 ListTables",
                        "tables OWN us-east-1 ListTables");
        assertThat(assumed).singleElement().satisfies(request -> assertThat(request)
                .contains("RoleArn=" + ROLE, "RoleSessionName=tributary", "Action=AssumeRole"));
    }

    @Test
    void streamsHaveTheEndpointOfAllStreamsUnlessTheirTableHasOne() throws Exception {
        Settings settings = settings(
                "aws.streams-endpoint = " + uri(streams),
                "source.one.table = one",
                "source.one.route.copy.table = copy",
                "source.two.table = two",
                "source.two.endpoint = " + uri(server),
                "source.two.route.copy.table = copy2");
        try (Clients clients = clients(settings)) {
            for (String source : List.of("one", "two")) {
                clients.streams(Objects.requireNonNull(settings.source().get(source)), false)
                        .listStreams();
            }
        }
        assertThat(calls).containsExactly("streams OWN us-east-1 ListStreams", "tables OWN us-east-1 ListStreams");
    }

    private Settings settingsWithTimeouts(String call, String attempt) throws Exception {
        return settings(
                "aws.call-timeout = " + call,
                "aws.attempt-timeout = " + attempt,
                "source.users.table = users",
                "source.users.route.copy.table = copy");
    }

    @Test
    void anAttemptWithoutAReplyIsRepeatedWithinTheTimeOfTheCall() throws Exception {
        Settings settings = settingsWithTimeouts("2s", "200ms");
        SourceSettings source = Objects.requireNonNull(settings.source().get("users"));
        try (Clients clients = clients(settings)) {
            awaitRepetition(() -> clients.control(source).listTables().join(), "tables OWN us-east-1 ListTables");
            awaitRepetition(() -> clients.streams(source, false).listStreams(), "tables OWN us-east-1 ListStreams");
        }
    }

    /**
     * Awaits a call of two attempts, of which the second succeeds. Now and then the SDK fails the second one with the timeout
     * of the first, so the first call need not be it.
     */
    private void awaitRepetition(Runnable call, String attempt) {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            calls.clear();
            unanswered.set(1);
            call.run();
            assertThat(calls).containsExactly(attempt, attempt);
        });
    }

    @Test
    void aCallEndsAfterItsTime() throws Exception {
        Settings settings = settingsWithTimeouts("1s", "900ms");
        SourceSettings source = Objects.requireNonNull(settings.source().get("users"));
        unanswered.set(Integer.MAX_VALUE);
        try (Clients clients = clients(settings)) {
            awaitTimeout(() -> clients.control(source).listTables().join());
            awaitTimeout(() -> clients.streams(source, false).listStreams());
        }
    }

    /** As {@link #awaitRepetition}: now and then the second attempt fails at once, with the timeout of the first. */
    private static void awaitTimeout(ThrowingCallable call) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThatThrownBy(call)
                .satisfies(thrown -> assertThat(Failures.unwrap(thrown)).isInstanceOf(ApiCallTimeoutException.class))
                .hasMessageContaining("1000 millis"));
    }

    @Test
    void aRoleThatMayNotBeAssumedIsNamedAtTheStart() throws Exception {
        denied = true;
        Settings settings = settings(
                "source.users.table = users", "source.users.role = " + ROLE, "source.users.route.copy.table = copy");
        try (Clients clients = clients(settings)) {
            assertThatThrownBy(() -> TableChecks.run(settings, clients))
                    .isInstanceOfSatisfying(StartException.class, refused -> assertThat(refused.exitCode())
                            .isEqualTo(ExitCode.TABLES))
                    .hasMessageContaining("source.users.table = users")
                    .hasMessageContaining("not authorized to perform: sts:AssumeRole on resource: " + ROLE);
        }
    }

    @Test
    void aTableOfAnotherAccountThanItsArnSaysIsRefused() throws Exception {
        account = "999999999999";
        Settings settings = settings(
                "source.users.table = arn:aws:dynamodb:eu-west-1:111122223333:table/users",
                "source.users.route.copy.table = copy");
        try (Clients clients = clients(settings)) {
            assertThatThrownBy(() -> TableChecks.run(settings, clients))
                    .hasMessageContaining("the credentials reach the table in account 999999999999, and it has to be in"
                            + " 111122223333; give source.users.role");
        }
    }

    @Test
    void contradictionsAndMalformedArnsAreRefused() {
        assertRefused(
                "source.users.table = arn:aws:dynamodb:eu-west-1:111122223333:table/users: contradicts source.users.region",
                "source.users.table = arn:aws:dynamodb:eu-west-1:111122223333:table/users",
                "source.users.region = eu-central-1");
        assertRefused(
                "source.users.table = arn:aws:dynamodb:eu-west-1:999999999999:table/users: contradicts",
                "source.users.table = arn:aws:dynamodb:eu-west-1:999999999999:table/users",
                "source.users.role = " + ROLE);
        assertRefused(
                "source.users.table = arn:aws:dynamodb:eu-west-1:1:table/users: expected a table name",
                "source.users.table = arn:aws:dynamodb:eu-west-1:1:table/users");
        assertRefused(
                "source.users.role = tributary: expected the ARN of a role",
                "source.users.table = users",
                "source.users.role = tributary");
        assertRefused(
                "aws.attempt-timeout = 9000ms: is longer than aws.call-timeout",
                "aws.call-timeout = 8s",
                "aws.attempt-timeout = 9s",
                "source.users.table = users");
    }

    private void assertRefused(String message, String... lines) {
        List<String> all = new CopyOnWriteArrayList<>(lines);
        all.add("source.users.route.copy.table = copy");
        assertThatThrownBy(() -> settings(all.toArray(String[]::new)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(message);
    }

    private static final String CREDENTIALS = """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <AssumedRoleUser><AssumedRoleId>A:tributary</AssumedRoleId>
            <Arn>arn:aws:sts::111122223333:assumed-role/tributary/tributary</Arn></AssumedRoleUser>
            <Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
            <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
            </AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>""";

    private static final String DENIAL = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
            <Code>AccessDenied</Code><Message>User: arn:aws:sts::444455556666:assumed-role/task/1 is not authorized to perform: \
            sts:AssumeRole on resource: %s</Message></Error><RequestId>1</RequestId></ErrorResponse>""".formatted(ROLE);

    private static final String TABLE = """
            {"Table":{"TableName":"users","TableArn":"arn:aws:dynamodb:eu-west-1:%s:table/users","TableStatus":"ACTIVE",
            "KeySchema":[{"AttributeName":"email","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"email","AttributeType":"S"}]}}""";
}
