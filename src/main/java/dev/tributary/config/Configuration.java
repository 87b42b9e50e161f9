package dev.tributary.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the configuration, and refuses it with every error at once. Thread-safe: nothing is kept between calls.
 *
 * <p>SmallRye Config gives the sources, their order, the names of environment variables and expressions. Its
 * {@code @ConfigMapping} is not used: each key's type, range, default and meaning would have to be declared a second
 * time for the reference and for the errors, it neither suggests a near miss nor names the range it expected, and names
 * that only occur in environment variables ({@code BY_CITY}) do not come back as the user would write them
 * ({@code by-city}). One catalogue, {@link Keys}, serves reading, checking, suggesting and documenting instead.
 */
public final class Configuration {

    private Configuration() {}

    /**
     * The settings of a file, with the environment's {@code TRIBUTARY_} variables before it and the defaults behind it.
     *
     * @param file a {@code .properties} file in UTF-8
     * @param environment usually {@link System#getenv()}; its other variables serve {@code ${NAME:default}} only
     * @throws InvalidConfigurationException if the file cannot be read or anything in it or in the environment is wrong
     */
    public static Settings load(Path file, Map<String, String> environment) throws InvalidConfigurationException {
        List<ConfigError> errors = new ArrayList<>();
        PropertiesFile properties = PropertiesFile.read(file, errors::add);
        if (!properties.readable()) {
            throw new InvalidConfigurationException(file.toString(), errors);
        }
        return settings(file.toString(), properties.values(), environment, errors);
    }

    /**
     * The settings of properties in memory, without a file or environment.
     *
     * @throws InvalidConfigurationException if anything in them is wrong
     */
    public static Settings of(Map<String, String> properties) throws InvalidConfigurationException {
        return settings("properties", properties, Map.of(), new ArrayList<>());
    }

    private static Settings settings(
            String origin, Map<String, String> properties, Map<String, String> environment, List<ConfigError> errors)
            throws InvalidConfigurationException {
        Consumer<ConfigError> report = errors::add;
        Values values = Values.check(Inputs.collect(properties, environment, report), report);
        new Contradictions(values, report).check();
        if (!errors.isEmpty()) {
            throw new InvalidConfigurationException(origin, errors);
        }
        return BoundSettings.of(values);
    }
}
