package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.local.LocalDynamoDb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every request of {@code bad-requests.txt} is answered with the problem document that follows it. */
class RefusedRequestsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REPEATED = Pattern.compile("\\{([^{}*]+)\\*(\\d+)}");
    private static final Pattern EXPECTED = Pattern.compile("=> (\\d{3}) ([a-z-]+)(?: (.*))?");

    private static ItemApi api;

    @BeforeAll
    static void start() throws Exception {
        api = ManyResources.on(dynamo, 600_000).start();
        assertThat(api.send("PUT", "/locked/there", "{}").statusCode()).isEqualTo(201);
        assertThat(api.send("PUT", "/guarded/there", "{}").statusCode()).isEqualTo(201);
        assertThat(api.send("PUT", "/large", "{\"n\":\"" + "x".repeat(300_000) + "\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    record FieldProblem(String pointer, String message) {}

    /** @param detail empty: any, where it is the library's wording */
    record Case(
            String name,
            String requestLine,
            List<String> headers,
            String body,
            int status,
            String slug,
            Optional<String> detail,
            List<FieldProblem> errors) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream file = RefusedRequestsTest.class.getResourceAsStream("bad-requests.txt")) {
            String text = new String(Objects.requireNonNull(file).readAllBytes(), UTF_8);
            return Arrays.stream(text.split("\n--------\n")).skip(1).map(RefusedRequestsTest::parse);
        }
    }

    private static Case parse(String block) {
        int arrow = block.indexOf("\n=> ");
        List<String> request = List.of(block.substring(0, arrow).split("\n", -1));
        List<String> answer = List.of(block.substring(arrow + 1).strip().split("\n"));
        int blank = request.indexOf("");
        Matcher expected = EXPECTED.matcher(answer.get(0));
        assertThat(expected.matches()).as(answer.get(0)).isTrue();
        List<FieldProblem> errors = new ArrayList<>();
        for (String line : answer.subList(1, answer.size())) {
            int space = line.indexOf(' ');
            errors.add(new FieldProblem(repeated(line.substring(0, space)), repeated(line.substring(space + 1))));
        }
        return new Case(
                request.get(0),
                repeated(request.get(1)),
                request.subList(2, blank),
                repeated(String.join("\n", request.subList(blank + 1, request.size()))),
                Integer.parseInt(expected.group(1)),
                expected.group(2),
                Optional.ofNullable(expected.group(3)),
                errors);
    }

    private static String repeated(String text) {
        return REPEATED.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(match.group(1).repeat(Integer.parseInt(match.group(2)))));
    }

    @Test
    void tableOfRequestsIsComplete() throws IOException {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(cases().map(Case::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachRequestGetsItsProblem(Case refused) throws IOException {
        RawHttp.Response response = RawHttp.send(api.port(), bytes(refused));

        assertThat(response.status()).as(response.body()).isEqualTo(refused.status());
        assertThat(response.headers()).containsEntry("content-type", "application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("type").asText()).isEqualTo("/problems/" + refused.slug());
        assertThat(problem.get("title").asText()).isNotBlank();
        assertThat(problem.get("status").asInt()).isEqualTo(refused.status());
        assertThat(problem.get("detail").asText()).isNotBlank().doesNotContain("Exception", "dev.tributary");
        refused.detail()
                .ifPresent(detail -> assertThat(problem.get("detail").asText()).isEqualTo(detail));
        List<FieldProblem> errors = new ArrayList<>();
        problem.path("errors")
                .forEach(error -> errors.add(new FieldProblem(
                        error.get("pointer").asText(), error.get("message").asText())));
        assertThat(errors).isEqualTo(refused.errors());
        assertThat(response.headers().containsKey("allow")).isEqualTo(refused.status() == 405);
        List<String> words = List.of(refused.requestLine().split(" ", 2));
        api.description()
                .assertDescribes(new ApiDescription.Exchange(
                        words.get(0), words.get(1), "", "", response.status(), response.headers(), response.body()));
    }

    private static byte[] bytes(Case refused) throws IOException {
        byte[] body = refused.body().getBytes(UTF_8);
        StringBuilder head = new StringBuilder(refused.requestLine())
                .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n");
        refused.headers().forEach(header -> head.append(header).append("\r\n"));
        if (refused.headers().stream()
                .noneMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("content-type:"))) {
            head.append("Content-Type: application/json\r\n");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(head.append("\r\n").toString().getBytes(UTF_8));
        bytes.write(body);
        return bytes.toByteArray();
    }
}
