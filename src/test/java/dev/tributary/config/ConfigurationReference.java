package dev.tributary.config;

import java.util.Locale;
import java.util.stream.Collectors;

/** The reference of all keys that a settings record declares, in Markdown. */
final class ConfigurationReference {

    private ConfigurationReference() {}

    /** A table of keys under each heading. */
    static String markdown(Class<? extends Record> settings) {
        return SettingsRecord.root(settings).headings().stream()
                .map(ConfigurationReference::heading)
                .collect(Collectors.joining());
    }

    private static String heading(SettingsRecord.Heading heading) {
        String intro = heading.intro().isEmpty() ? "" : oneLine(heading.intro()) + "\n\n";
        return "\n## " + heading.title() + "\n\n" + intro
                + "| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |\n"
                + heading.keys().stream().map(ConfigurationReference::row).collect(Collectors.joining());
    }

    private static String row(ConfigKey key) {
        String expected = key.type().expected();
        String value = expected.substring(0, 1).toUpperCase(Locale.ROOT) + expected.substring(1);
        String standard = key.defaultValue().map(text -> "`" + text + "`").orElse(key.required() ? "required" : "");
        return "| `%s` | %s, such as `%s` | %s | %s |\n"
                .formatted(key.pattern(), value, key.type().example(), standard, oneLine(key.doc()));
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ');
    }
}
