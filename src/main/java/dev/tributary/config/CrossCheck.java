package dev.tributary.config;

import java.util.Arrays;
import java.util.function.Consumer;

/** Reports contradictions between options by the names that their keys have in the configuration. */
public final class CrossCheck {

    private final String section;
    private final ConfigValues values;
    private final Consumer<ConfigError> errors;

    CrossCheck(String section, ConfigValues values, Consumer<ConfigError> errors) {
        this.section = section;
        this.values = values;
        this.errors = errors;
    }

    /** The whole name of a key of this section; that of the section for an empty key. */
    public String name(String key) {
        return section + (section.isEmpty() || key.isEmpty() ? "" : ".") + key;
    }

    /** A key of this section as the user gave it: its whole name, or its environment variable. */
    public String label(String key) {
        return values.label(name(key));
    }

    /** Whether none of these keys of this section is missing or has a value that was refused. */
    public boolean accepted(String... keys) {
        return Arrays.stream(keys).map(this::name).allMatch(values::accepted);
    }

    /** Reports an error of a key of this section, unless its value was refused already. */
    public void report(String key, Object value, String problem, String remedy) {
        if (accepted(key)) {
            errors.accept(ConfigError.of(label(key), value.toString(), problem, remedy));
        }
    }

    /** Reports an error of a key of this section whatever its value is, unless that was refused already. */
    public void report(String key, String problem, String remedy) {
        if (accepted(key)) {
            errors.accept(ConfigError.of(label(key), problem, remedy));
        }
    }
}
