package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.model.AttributeType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources of values: the file, environment variables and expressions, and the errors in them. */
class ConfigurationSourcesTest {

    @TempDir
    Path directory;

    @Test
    void environmentComesBeforeTheFile() throws Exception {
        Path file = file("""
                source.users.table = users
                source.users.poll-interval = 1s
                source.users.route.by-city.table = users_by_city
                write.users.path = /
                write.users.table = users
                write.users.type.zipCode = S
                """);

        Settings settings = Settings.load(
                file,
                Map.of(
                        "TRIBUTARY_SOURCE_USERS_POLL_INTERVAL", "2s",
                        "TRIBUTARY_SOURCE_USERS_ROUTE_BY_CITY_EXCLUDE", "zipCode",
                        "TRIBUTARY_WRITE_USERS_TYPE_ZIPCODE", "N",
                        "TRIBUTARY_HTTP_PORT", "9090",
                        "HTTP_PORT", "1",
                        "AWS_REGION", "eu-west-3",
                        "application", "other"));

        assertThat(settings.source().get("users").pollInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.source()
                        .get("users")
                        .route()
                        .get("by-city")
                        .projection()
                        .exclude())
                .contains(Set.of("zipCode"));
        assertThat(settings.resource().get("users").document().type()).isEqualTo(Map.of("zipCode", AttributeType.N));
        assertThat(settings.http().access().port()).isEqualTo(9090);
        assertThat(settings.aws().region()).as("variables without the prefix").isEmpty();
        assertThat(settings.application()).isEqualTo("tributary");
    }

    @Test
    void textOfAFileCanBeInAVariable() throws Exception {
        Settings settings = Settings.loadText(
                "write.users.path = /\nwrite.users.table = users\nwrite.users.type.zipCode = N\n",
                Map.of("TRIBUTARY_CONFIGURATION", "not read twice", "TRIBUTARY_HTTP_PORT", "9090"));

        assertThat(settings.resource().get("users").document().type()).containsOnlyKeys("zipCode");
        assertThat(settings.http().access().port()).isEqualTo(9090);
    }

    @Test
    void textInAVariableIsNamedInErrors() {
        assertThat(catchThrowableOfType(
                        InvalidConfigurationException.class, () -> Settings.loadText("a = \\u12", Map.of())))
                .hasMessageContaining("TRIBUTARY_CONFIGURATION: has a malformed \\u escape");
    }

    @Test
    void everythingCanComeFromTheEnvironment() throws Exception {
        Settings settings = Settings.load(
                file(""),
                Map.of(
                        "TRIBUTARY_LOCAL_MODE", "memory",
                        "TRIBUTARY_TABLE_USERS_BY_CITY_KEY", "state:S, city:S",
                        "TRIBUTARY_SOURCE_ALL_USERS_TABLE", "users",
                        "TRIBUTARY_SOURCE_ALL_USERS_CHECKPOINT_INTERVAL", "1s",
                        "TRIBUTARY_SOURCE_ALL_USERS_ROUTE_BY_CITY_TABLE", "users_by_city",
                        "TRIBUTARY_WRITE_USERS_PATH", "/",
                        "TRIBUTARY_WRITE_USERS_TABLE", "users",
                        "TRIBUTARY_WRITE_USERS_DEFAULTS_IS_ACTIVE", "true"));

        assertThat(settings.table()).containsOnlyKeys("users_by_city");
        assertThat(settings.source()).containsOnlyKeys("all-users");
        assertThat(settings.source().get("all-users").checkpointInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.source().get("all-users").route()).containsOnlyKeys("by-city");
        assertThat(settings.resource().get("users").document().defaults()).isEqualTo(Map.of("is_active", "true"));
    }

    @Test
    void expressionsTakeValuesFromTheEnvironment() throws Exception {
        Path file = file("""
                worker-id = ${HOSTNAME}-1
                source.users.table = ${STAGE:dev}-users
                source.users.route.by-city.table = users_by_city
                write.users.path = /
                write.users.table = users
                write.users.defaults.price = $5 or \\\\${NOT_ME}
                """);

        Settings settings = Settings.load(file, Map.of("HOSTNAME", "box"));

        assertThat(settings.workerId()).contains("box-1");
        assertThat(settings.source().get("users").table()).isEqualTo("dev-users");
        assertThat(settings.resource().get("users").document().defaults())
                .isEqualTo(Map.of("price", "$5 or ${NOT_ME}"));
    }

    @Test
    void keyGivenTwiceInTheFileIsRefused() throws IOException {
        Path file = file("""
                source.users.table = users
                source.users.route.by-city.table = users_by_city
                http.port = 8080
                http.port : 9090
                """);

        InvalidConfigurationException refused = refused(file, Map.of());

        assertThat(refused)
                .hasMessage("%s: the configuration has an error%n  http.port: given twice;"
                                .formatted(file)
                                .replace(System.lineSeparator(), "\n")
                        + " keep one of the two lines");
    }

    @Test
    void variableIsNamedWhenItsValueIsWrong() throws IOException {
        Path file = file("source.users.table = users\nsource.users.route.by-city.table = users_by_city\n");

        InvalidConfigurationException refused = refused(
                file,
                Map.of(
                        "TRIBUTARY_HTTP_PORT", "many",
                        "TRIBUTARY_LOG_LEVEL", "",
                        "TRIBUTARY_SOURCE_USERS_POL_INTERVAL", "1s",
                        "TRIBUTARY_NONSENSE", "1"));

        assertThat(refused.getMessage())
                .contains(
                        "TRIBUTARY_HTTP_PORT = many: expected an integer from 0 to 65535; for example 8080",
                        "TRIBUTARY_LOG_LEVEL = : empty; give one of error, warn, info, debug, trace, such as debug, or"
                                + " remove it",
                        "TRIBUTARY_SOURCE_USERS_POL_INTERVAL: unknown variable; did you mean"
                                + " TRIBUTARY_SOURCE_USERS_POLL_INTERVAL?",
                        "TRIBUTARY_NONSENSE: unknown variable; see the configuration reference");
        assertThat(refused.errors()).hasSize(4);
    }

    @Test
    void longOrMultilineValueIsShownOnOneShortLine() {
        ConfigError error = ConfigError.of("key", "a\nb" + "c".repeat(200), "problem", "remedy");

        assertThat(error.toString()).isEqualTo("key = a?b" + "c".repeat(117) + "…: problem; remedy");
    }

    @Test
    void missingFileIsRefused() {
        Path file = directory.resolve("none.properties");

        assertThat(refused(file, Map.of()).getMessage())
                .contains("none.properties: no such file; name an existing .properties file");
    }

    @Test
    void directoryInsteadOfAFileIsRefused() {
        assertThat(refused(directory, Map.of()).getMessage()).contains("is a directory; name a .properties file in it");
    }

    @Test
    void secretsAreNotInErrors() throws IOException {
        for (String line :
                List.of("http.token-list = trb_x${NO_SUCH}", "http.token-list = trb_x\nhttp.token-list = trb_y")) {
            assertThat(refused(file(line), Map.of()).getMessage())
                    .contains("http.token-list")
                    .doesNotContain("trb_");
        }
    }

    @Test
    void byteOrderMarkIsNoPartOfTheFirstKey() throws Exception {
        Path file = Files.writeString(directory.resolve("marked.properties"), "\uFEFFapplication = a\n");
        assertThat(refused(file, Map.of()).getMessage()).doesNotContain("unknown key");
    }

    @Test
    void fileThatIsNotUtf8IsRefused() throws IOException {
        Path file = directory.resolve("latin.properties");
        Files.write(file, "application = \u00e9".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(refused(file, Map.of()).getMessage()).contains("is not UTF-8; save it as UTF-8");
    }

    @Test
    void malformedEscapeInTheFileIsRefused() throws IOException {
        assertThat(refused(file("application = \\u12"), Map.of()).getMessage())
                .contains("malformed \\u escape; write \\u with four hexadecimal digits");
    }

    private static InvalidConfigurationException refused(Path file, Map<String, String> environment) {
        return catchThrowableOfType(InvalidConfigurationException.class, () -> Settings.load(file, environment));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("test.properties"), content);
    }
}
