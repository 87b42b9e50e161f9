package dev.tributary.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the configuration into a settings record, and refuses it with every error at once. Thread-safe: nothing is kept
 * between calls.
 *
 * <p>A settings record declares its keys with {@link Option} and {@link Section}. SmallRye Config gives the sources, their
 * order, the names of environment variables and expressions. Its {@code @ConfigMapping} is not used: the range, example
 * and documentation of each key would have to be declared a second time for the reference and for the errors, it neither
 * suggests a near miss nor names the range it expected, and names that only occur in environment variables
 * ({@code BY_CITY}) do not come back as the user would write them ({@code by-city}).
 */
public final class Configuration {

    /** The environment variable that may hold the text of a file. */
    public static final String TEXT_VARIABLE = ConfigSources.PREFIX + "CONFIGURATION";

    private Configuration() {}

    /**
     * Reads a file, with the environment's {@code TRIBUTARY_} variables before it and the defaults behind it.
     *
     * @param file a {@code .properties} file in UTF-8
     * @param environment usually {@link System#getenv()}; its other variables serve {@code ${NAME:default}} only
     * @throws InvalidConfigurationException if the file cannot be read or anything in it or in the environment is wrong
     */
    public static <T extends Record> T load(Class<T> settings, Path file, Map<String, String> environment)
            throws InvalidConfigurationException {
        List<ConfigError> errors = new ArrayList<>();
        PropertiesFile properties = PropertiesFile.read(file, errors::add);
        if (!properties.readable()) {
            throw new InvalidConfigurationException(file.toString(), errors);
        }
        return read(settings, file.toString(), properties.values(), environment, errors);
    }

    /**
     * Reads the text of such a file, as {@link #load} reads a file.
     *
     * @throws InvalidConfigurationException if anything in it or in the environment is wrong
     */
    public static <T extends Record> T loadText(Class<T> settings, String text, Map<String, String> environment)
            throws InvalidConfigurationException {
        List<ConfigError> errors = new ArrayList<>();
        PropertiesFile properties = PropertiesFile.of(text, TEXT_VARIABLE, errors::add);
        if (!properties.readable()) {
            throw new InvalidConfigurationException(TEXT_VARIABLE, errors);
        }
        return read(settings, TEXT_VARIABLE, properties.values(), environment, errors);
    }

    /**
     * Reads properties in memory, without a file or environment.
     *
     * @throws InvalidConfigurationException if anything in them is wrong
     */
    public static <T extends Record> T of(Class<T> settings, Map<String, String> properties)
            throws InvalidConfigurationException {
        return read(settings, "properties", properties, Map.of(), new ArrayList<>());
    }

    private static <T extends Record> T read(
            Class<T> type,
            String origin,
            Map<String, String> properties,
            Map<String, String> environment,
            List<ConfigError> errors)
            throws InvalidConfigurationException {
        SettingsRecord root = SettingsRecord.root(type);
        ConfigKeys keys = root.keys();
        ConfigValues values = ConfigValues.check(
                keys, ConfigSources.collect(keys, properties, environment, errors::add), errors::add);
        T settings = type.cast(root.bind(List.of(), values, errors::add));
        if (!errors.isEmpty()) {
            throw new InvalidConfigurationException(origin, errors);
        }
        return settings;
    }
}
