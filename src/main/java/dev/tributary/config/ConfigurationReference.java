package dev.tributary.config;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The reference of all keys, rendered from {@link Keys}. */
final class ConfigurationReference {

    private static final String HEAD = """
            # Configuration

            This page is generated from the keys in the code; `ConfigurationReferenceTest` says how.

            ## Where values come from

            A `.properties` file in UTF-8, named by `--config`. A variable of the environment comes before it, a default
            behind it. The variable of a key is `TRIBUTARY_` and the key in capitals, with an underscore for each
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
            on one table, two write routes on one path, an attribute both included and excluded, a listener beyond loopback
            without `allow-remote`, two listeners on one port. In Kubernetes, a Service called `tributary` puts variables
            with this prefix into every pod of its namespace: set `enableServiceLinks: false` in the pod.
            """;

    private ConfigurationReference() {}

    /** The page, as it is in {@code src/docs/configuration.md}. */
    static String markdown() {
        return HEAD.formatted(example())
                + Keys.SECTIONS.stream().map(ConfigurationReference::section).collect(Collectors.joining());
    }

    private static String example() {
        try {
            Configuration.of(Map.of(
                    "source.users.table", "users",
                    "source.users.pol-interval", "1s",
                    "source.users.max-in-flight", "0",
                    "source.users.route.by-city.table", "users_by_city"));
            throw new IllegalStateException("the example of a refused configuration was accepted");
        } catch (InvalidConfigurationException refused) {
            return String.valueOf(refused.getMessage()).replaceFirst("^properties", "tributary.properties");
        }
    }

    private static String section(Keys.Section section) {
        String intro = section.intro().isEmpty() ? "" : section.intro() + "\n\n";
        return "\n## " + section.title() + "\n\n" + intro
                + "| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |\n"
                + section.keys().stream().map(ConfigurationReference::row).collect(Collectors.joining());
    }

    private static String row(Key<?> key) {
        String expected = key.type().expected();
        String value = expected.substring(0, 1).toUpperCase(Locale.ROOT) + expected.substring(1);
        String fallback = key.fallback().map(text -> "`" + text + "`").orElse(key.required() ? "required" : "");
        return "| `%s` | %s, such as `%s` | %s | %s |%n"
                .formatted(key.pattern(), value, key.type().example(), fallback, key.meaning())
                .replace(System.lineSeparator(), "\n");
    }
}
