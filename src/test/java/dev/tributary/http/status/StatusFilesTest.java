package dev.tributary.http.status;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.AdminServer;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.server.HostName;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusFilesTest {

    private static final Path RESOURCES = Path.of("src/main/resources/dev/tributary/http/status");
    private static final Pattern REFERENCE = Pattern.compile("(?:href|src|from)\\s*=?\\s*[\"']([^\"']+)[\"']");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Meters meters = new Meters();
    private final AdminServer server = AdminServer.start(
            new AdminSettings(new HostName("127.0.0.1"), 0, false, AdminTokenSettings.NONE),
            new Health(),
            meters,
            GivenStatus.page());

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        return http.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/page.css", "/page.js", "/tables.js", "/chart.js", "/icon.svg"})
    void aFileMayUseNothingFromElsewhere(String file) throws Exception {
        var response = get("/status" + file);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().allValues("Content-Security-Policy"))
                .containsExactly(StatusFiles.CONTENT_SECURITY_POLICY);
        assertThat(response.headers().map()).doesNotContainKeys("set-cookie", "access-control-allow-origin");
        String tag = response.headers().firstValue("ETag").orElseThrow();
        assertThat(get("/status" + file, "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void theRootLeadsToThePage() throws Exception {
        var response = get("/");
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).contains("status");
    }

    /** Its links are relative to its path. */
    @Test
    void thePathOfThePageWithASlashLeadsToThePage() throws Exception {
        var response = get("/status/");
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).contains("../status");
    }

    @Test
    void eachFileThatIsReferredToIsServedAndNoOther() throws Exception {
        Set<String> served;
        try (Stream<Path> files = Files.list(RESOURCES)) {
            served = files.map(file -> file.getFileName().toString()).collect(toSet());
        }
        for (String name : served) {
            if (!name.equals("page.html")) {
                assertThat(get("/status/" + name).statusCode()).as(name).isEqualTo(200);
            }
            for (String reference : references(name)) {
                String file = reference.replaceFirst("^(\\./|status/)", "");
                assertThat(Set.of("#main", "health", "metrics", "chart.js").contains(file) || served.contains(file))
                        .as("%s refers to %s", name, reference)
                        .isTrue();
            }
        }
        assertThat(get("/status/../page.html").statusCode()).isEqualTo(404);
        assertThat(get("/status/StatusFiles.class").statusCode()).isEqualTo(404);
    }

    private static List<String> references(String name) throws IOException {
        return REFERENCE
                .matcher(Files.readString(RESOURCES.resolve(name)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void thePageHasNoCodeInItAndItsCodeMakesNoMarkupOfTexts() throws Exception {
        assertThat(Files.readString(RESOURCES.resolve("page.html")))
                .doesNotContainPattern("<script(?![^>]*src=)")
                .doesNotContainPattern("<style|\\sstyle=|\\son[a-z]+=");
        try (Stream<Path> files = Files.list(RESOURCES)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".js")).toList()) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContainPattern(
                                "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|Function\\(")
                        .doesNotContainPattern("localStorage|document\\.cookie")
                        .doesNotContainPattern("https?://");
            }
        }
    }
}
