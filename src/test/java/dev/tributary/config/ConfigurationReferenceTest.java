package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationReferenceTest {

    private static final String HEAD = """
            # Configuration

            This page is generated from the keys in the code; `ConfigurationReferenceTest` says how.

            ## Where values come from

            A `.properties` file in UTF-8, named by `--config`; without that, its text in the variable
            `TRIBUTARY_CONFIGURATION`, or else the file `config/tributary.properties` in the working directory. A variable
            of the environment comes before it, a default behind it. The variable of a key is `TRIBUTARY_` and the key in capitals, with an underscore for each
            character that is not a letter or digit: `source.users.poll-interval` is
            `TRIBUTARY_SOURCE_USERS_POLL_INTERVAL`. Everything can be given in variables, without a line in the file. Names
            that are in the file keep their spelling. Of others only lower case is read: `BY_CITY` is the route `by-city`,
            and the table or attribute `by_city`; give tables and attributes with capitals, dots or hyphens in the file.

            A value may hold `${NAME}` or `${NAME:default}`, an environment variable or another key; `$$` is a plain `$`,
            and `\\\\${` a plain `${`. White space around a value is dropped. Durations are written `250ms`, `10s`, `2m`,
            `1h`, or in ISO 8601 (`PT10S`).

            ## What is refused

            Before anything starts, the configuration is checked as a whole, and every error is reported at once, with the
            key, the value, what was expected and what to do:

            ```
            %s
            ```

            Unknown keys and unknown `TRIBUTARY_` variables are refused too, as are keys given twice, empty values, and
            values that contradict one another: a source without routes, a target that leads back to its source, two sources
            on one table, two resources on one path, an attribute both included and excluded, a listener beyond loopback
            without `allow-remote`, two listeners on one port. In Kubernetes, a Service called `tributary` puts variables
            with this prefix into every pod of its namespace: set `enableServiceLinks: false` in the pod.
            """;

    private static final Path PAGE = Path.of("src/docs/configuration.md");
    private static final String REWRITE = "mvn -q test -Dtest=ConfigurationReferenceTest -Dtributary.write-docs=true";

    @Test
    void pageInTheDocumentsIsWhatTheKeysSay() throws IOException {
        if (Boolean.getBoolean("tributary.write-docs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page());
        }
        assertThat(PAGE)
                .as("%s is not what the keys in the code say; rewrite it with: %s", PAGE, REWRITE)
                .hasContent(page());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void exampleAndDefaultOfEachKeyAreAccepted(ConfigKey key) {
        assertThat(key.type().parse(key.type().example())).isPresent();
        key.defaultValue()
                .ifPresent(text -> assertThat(key.type().parse(text)).as(text).isPresent());
        assertThat(key.doc()).endsWith(".").doesNotContain("|");
    }

    static List<ConfigKey> keys() {
        return SettingsRecord.root(Settings.class).keys().all();
    }

    private static String page() {
        return HEAD.formatted(example()) + ConfigurationReference.markdown(Settings.class);
    }

    private static String example() {
        try {
            Settings.of(Map.of(
                    "source.users.table", "users",
                    "source.users.pol-interval", "1s",
                    "source.users.max-in-flight", "0",
                    "source.users.route.by-city.table", "users_by_city"));
            throw new IllegalStateException("the example of a refused configuration was accepted");
        } catch (InvalidConfigurationException refused) {
            return String.valueOf(refused.getMessage()).replaceFirst("^properties", "tributary.properties");
        }
    }
}
