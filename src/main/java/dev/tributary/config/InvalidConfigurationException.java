package dev.tributary.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration is refused. The message is for the user: a heading with the file, then one line per error. */
public final class InvalidConfigurationException extends Exception {

    private final transient List<ConfigError> errors;

    InvalidConfigurationException(String origin, List<ConfigError> errors) {
        super(message(origin, errors));
        this.errors = List.copyOf(errors);
    }

    /** Every error that was found, in the order of the message. */
    public List<ConfigError> errors() {
        return errors;
    }

    private static String message(String origin, List<ConfigError> errors) {
        String heading = errors.size() == 1
                ? "%s: the configuration has an error".formatted(origin)
                : "%s: the configuration has %d errors".formatted(origin, errors.size());
        return errors.stream().map(error -> "\n  " + error).collect(Collectors.joining("", heading, ""));
    }
}
