package dev.tributary.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.ExpressionConfigSourceInterceptor;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Collects the keys that are given: the environment's values before the file's, with expressions resolved. */
final class ConfigSources {

    static final String PREFIX = "TRIBUTARY_";

    private static final int FROM_ENVIRONMENT = 300;
    private static final int FROM_FILE = 200;
    private static final int FOR_EXPRESSIONS = 100;
    private static final String SEE_REFERENCE = "see the configuration reference for the keys there are";

    /**
     * A key that is given.
     *
     * @param label the key, or the environment variable, to show the user
     * @param value its value without white space around it; empty if it was refused already
     */
    record Given(ConfigKey key, List<String> names, String label, Optional<String> value) {}

    private final ConfigKeys keys;
    private final Names names = new Names();
    private final SortedMap<String, Match> matches = new TreeMap<>();
    private final List<String> unknownKeys = new ArrayList<>();
    private final List<String> unknownVariables = new ArrayList<>();
    private final Map<String, String> file;
    private final SortedMap<String, String> variables = new TreeMap<>();
    private final SmallRyeConfig config;

    private record Match(ConfigKey key, List<String> names) {}

    private ConfigSources(ConfigKeys keys, Map<String, String> file, Map<String, String> environment) {
        this.keys = keys;
        this.file = file;
        environment.forEach((variable, value) -> {
            if (variable.startsWith(PREFIX) && !variable.equals(Configuration.TEXT_VARIABLE)) {
                variables.put(variable.substring(PREFIX.length()), value);
            }
        });
        // A lower-case variable could otherwise pass for a key of the same name.
        Map<String, String> forExpressions = new TreeMap<>(environment);
        forExpressions.keySet().removeIf(variable -> !variable.matches("[A-Z_][A-Z0-9_]*"));
        config = new SmallRyeConfigBuilder()
                .withInterceptors(new ExpressionConfigSourceInterceptor(true, List.of()))
                .withSources(
                        new EnvConfigSource(variables, FROM_ENVIRONMENT),
                        new PropertiesConfigSource(file, "file", FROM_FILE),
                        new PropertiesConfigSource(forExpressions, "variables", FOR_EXPRESSIONS))
                .build();
    }

    /** What is given, by key; unknown keys, empty values and expressions without a value are reported. */
    static SortedMap<String, Given> collect(
            ConfigKeys keys, Map<String, String> file, Map<String, String> environment, Consumer<ConfigError> errors) {
        ConfigSources sources = new ConfigSources(keys, file, environment);
        // The file first: its names give the spelling of those in variables.
        file.keySet().forEach(sources::matchKey);
        sources.variables.keySet().forEach(sources::matchVariable);
        sources.reportUnknown(errors);
        SortedMap<String, Given> given = new TreeMap<>();
        sources.matches.forEach((name, match) -> given.put(name, sources.given(name, match, errors)));
        return given;
    }

    private void matchKey(String name) {
        if (!match(name)) {
            unknownKeys.add(name);
        }
    }

    private boolean match(String name) {
        for (ConfigKey key : keys.mostSpecificFirst()) {
            Optional<List<String>> found = key.match(name);
            if (found.isPresent()) {
                add(name, key, found.get());
                return true;
            }
        }
        return false;
    }

    private void add(String name, ConfigKey key, List<String> found) {
        matches.put(name, new Match(key, found));
        names.add(key.placeholders(), found);
    }

    private void matchVariable(String variable) {
        List<String> spelt = keys.mostSpecificFirst().stream()
                .flatMap(key -> names.of(key.placeholders()).stream().map(key::name))
                .filter(name -> ConfigKey.variable(name).equals(variable))
                .toList();
        if (!spelt.isEmpty()) {
            spelt.forEach(this::match);
            return;
        }
        for (ConfigKey key : keys.mostSpecificFirst()) {
            Optional<List<String>> found = key.matchVariable(variable);
            if (found.isPresent()) {
                add(key.name(found.get()), key, found.get());
                return;
            }
        }
        unknownVariables.add(variable);
    }

    private void reportUnknown(Consumer<ConfigError> errors) {
        NearestKey nearest = new NearestKey(keys, names);
        // Without the value, which may be a secret.
        for (String key : unknownKeys) {
            errors.accept(ConfigError.of(
                    key,
                    "unknown key",
                    nearest.toKey(key).map(ConfigSources::didYouMean).orElse(SEE_REFERENCE)));
        }
        for (String variable : unknownVariables) {
            errors.accept(ConfigError.of(
                    PREFIX + variable,
                    "unknown variable",
                    nearest.toVariable(variable)
                            .map(name -> didYouMean(PREFIX + name))
                            .orElse(SEE_REFERENCE)));
        }
    }

    private static String didYouMean(String name) {
        return "did you mean " + name + "?";
    }

    private Given given(String name, Match match, Consumer<ConfigError> errors) {
        String variable = ConfigKey.variable(name);
        boolean overridden = variables.containsKey(variable);
        String label = overridden ? PREFIX + variable : name;
        String written = overridden ? variables.getOrDefault(variable, "") : file.getOrDefault(name, "");
        Optional<String> value = resolve(label, name, match.key.shown(written), errors);
        if (value.isPresent() && value.get().isEmpty()) {
            errors.accept(ConfigError.of(
                    label,
                    written.strip(),
                    "empty",
                    "give %s, such as %s, or remove it"
                            .formatted(
                                    match.key.type().expected(),
                                    match.key.type().example())));
            value = Optional.empty();
        }
        return new Given(match.key, match.names, label, value);
    }

    private Optional<String> resolve(String label, String name, String written, Consumer<ConfigError> errors) {
        try {
            ConfigValue value = config.getConfigValue(name);
            if (value.getValue() != null) {
                return Optional.of(value.getValue().strip());
            }
        } catch (NoSuchElementException | IllegalArgumentException refused) {
            // Reported below: SmallRye's message names neither the variable nor the remedy.
        }
        errors.accept(ConfigError.of(
                label,
                written,
                "an expression without a value",
                "set the environment variable it names, or write ${NAME:default}, or \\\\${ for a plain ${"));
        return Optional.empty();
    }
}
