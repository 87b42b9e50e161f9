package dev.tributary.http.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.AdminServer;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.access.NewToken;
import dev.tributary.http.server.HostName;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActionHandlersTest {

    private static final String REDRIVE = "{\"route\":\"users.by-city\",\"reason\":\"<b>too long</b>\"}";

    private final NewToken operator = NewToken.make("operator", List.of("admin:write"));
    private final NewToken reader = NewToken.make("reader", List.of("admin:read"));
    private final GivenActions actions = new GivenActions();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Meters meters = new Meters();
    private AdminServer server =
            start(new AdminTokenSettings(Optional.empty(), Optional.of(operator.line() + ";" + reader.line()), false));

    @TempDir
    private Path directory;

    private AdminServer start(AdminTokenSettings tokens) {
        return AdminServer.start(
                new AdminSettings(new HostName("127.0.0.1"), 0, false, tokens),
                new Health(),
                meters,
                new StatusPage(new GivenStatus(), actions, Duration.ofHours(1)));
    }

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    private HttpResponse<String> post(String action, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/status/" + action))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> asOperator(String action, String body) throws IOException, InterruptedException {
        return post(action, body, "Authorization", "Bearer " + operator.token());
    }

    @Test
    void anOperatorRedrivesDiscardsAndAcknowledges() throws Exception {
        assertThat(asOperator("redrive", REDRIVE).statusCode()).isEqualTo(200);
        assertThat(asOperator("discard", "{\"route\":\"users.by-city\",\"item\":\"0a1b\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(asOperator("acknowledge", "{\"source\":\"users\",\"gap\":\"trimmed 1\"}")
                        .body())
                .contains("acknowledge users trimmed 1");
        assertThat(actions.called)
                .containsExactly(
                        "redrive ParkedSelection[route=users.by-city, item=Optional.empty, reason=Optional[<b>too long</b>]]",
                        "discard ParkedSelection[route=users.by-city, item=Optional[0a1b], reason=Optional.empty]",
                        "acknowledge users trimmed 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redrive", "discard", "acknowledge"})
    void nobodyElseActs(String action) throws Exception {
        assertThat(post(action, REDRIVE).statusCode()).isEqualTo(401);
        assertThat(post(action, REDRIVE, "Authorization", "Bearer " + "trb_" + "x".repeat(43))
                        .statusCode())
                .isEqualTo(401);
        assertThat(post(action, REDRIVE, "Authorization", "Bearer " + reader.token())
                        .statusCode())
                .isEqualTo(403);
        assertThat(post(action, REDRIVE, "Authorization", "Basic " + operator.token())
                        .statusCode())
                .isEqualTo(401);
        assertThat(actions.called).isEmpty();
    }

    @Test
    void aPageOfAnotherSiteDoesNotActEvenWithAToken() throws Exception {
        String bearer = "Bearer " + operator.token();
        assertThat(post("redrive", REDRIVE, "Authorization", bearer, "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("redrive", REDRIVE, "Authorization", bearer, "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(actions.called).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"route\":\"users.by-city\"}",
                "{\"route\":7,\"item\":\"0a\"}",
                "{\"route\":\"users.by-city\",\"item\":\"0a\",\"reason\":\"\"}"
            })
    void aRequestThatNamesNothingIsRefused(String body) throws Exception {
        assertThat(asOperator("discard", body).statusCode()).isEqualTo(400);
        assertThat(actions.called).isEmpty();
    }

    @Test
    void aBodyThatIsTooLongIsRefused() throws Exception {
        assertThat(asOperator("discard", " ".repeat(ActionHandlers.MAX_BODY_BYTES + 1))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void withoutTokensThereAreNoActions() throws Exception {
        server.close();
        server = start(AdminTokenSettings.NONE);
        assertThat(asOperator("redrive", REDRIVE).statusCode()).isEqualTo(404);
        assertThat(actions.called).isEmpty();
    }

    @Test
    void tokensComeFromAFileToo() throws Exception {
        server.close();
        Path file = Files.writeString(directory.resolve("tokens"), operator.line() + "\n");
        server = start(new AdminTokenSettings(Optional.of(file), Optional.empty(), false));
        assertThat(asOperator("redrive", REDRIVE).statusCode()).isEqualTo(200);
        assertThat(post("redrive", REDRIVE, "Authorization", "Bearer " + reader.token())
                        .statusCode())
                .isEqualTo(401);
    }
}
