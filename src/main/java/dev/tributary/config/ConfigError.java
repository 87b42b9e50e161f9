package dev.tributary.config;

import java.util.Optional;

/**
 * One reason why a configuration is refused.
 *
 * @param key the key, or the environment variable, as the user wrote it
 * @param value the value it has; empty if there is none
 * @param problem what is wrong, and what was expected
 * @param remedy what to do
 */
public record ConfigError(String key, Optional<String> value, String problem, String remedy) {

    private static final int LONGEST_VALUE = 120;

    static ConfigError of(String key, String problem, String remedy) {
        return new ConfigError(key, Optional.empty(), problem, remedy);
    }

    static ConfigError of(String key, String value, String problem, String remedy) {
        return new ConfigError(key, Optional.of(value), problem, remedy);
    }

    /** The error on one line: {@code key = value: problem; remedy}. */
    @Override
    public String toString() {
        return key + value.map(v -> " = " + onOneLine(v)).orElse("") + ": " + problem + "; " + remedy;
    }

    private static String onOneLine(String value) {
        String line = value.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE) + "…";
    }
}
