package dev.tributary.config;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The values in a {@code .properties} file, and whether it could be read. */
record PropertiesFile(Map<String, String> values, boolean readable) {

    private static final PropertiesFile UNREADABLE = new PropertiesFile(Map.of(), false);

    /** Reads the file; reports a key that is given twice, of which {@link Properties} would silently take the last. */
    static PropertiesFile read(Path file, Consumer<ConfigError> errors) {
        if (Files.isDirectory(file)) {
            return unreadable(file, "is a directory", "name a .properties file in it", errors);
        }
        try {
            String text = Files.readString(file);
            // The byte order mark that some editors write would be part of the first key.
            return new PropertiesFile(
                    load(new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text), errors), true);
        } catch (NoSuchFileException e) {
            return unreadable(file, "no such file", "name an existing .properties file", errors);
        } catch (CharacterCodingException e) {
            return unreadable(file, "is not UTF-8", "save it as UTF-8", errors);
        } catch (IllegalArgumentException e) {
            return unreadable(file, "has a malformed \\u escape", "write \\u with four hexadecimal digits", errors);
        } catch (IOException e) {
            return unreadable(file, "cannot be read (" + e + ")", "check the file and its permissions", errors);
        }
    }

    /** Reads the text of such a file; the origin is named in errors. */
    static PropertiesFile of(String text, String origin, Consumer<ConfigError> errors) {
        try {
            return new PropertiesFile(load(new StringReader(text), errors), true);
        } catch (IllegalArgumentException | IOException e) {
            errors.accept(
                    ConfigError.of(origin, "has a malformed \\u escape", "write \\u with four hexadecimal digits"));
            return UNREADABLE;
        }
    }

    private static Map<String, String> load(Reader reader, Consumer<ConfigError> errors) throws IOException {
        Map<String, String> values = new TreeMap<>();
        new Properties() {
            @Override
            public synchronized Object put(Object key, Object value) {
                String name = (String) key;
                String given = (String) value;
                if (values.putIfAbsent(name, given) != null) { // without the values, which may be secrets
                    errors.accept(ConfigError.of(name, "given twice", "keep one of the two lines"));
                }
                return given;
            }
        }.load(reader);
        return values;
    }

    private static PropertiesFile unreadable(Path file, String problem, String remedy, Consumer<ConfigError> errors) {
        errors.accept(ConfigError.of(file.toString(), problem, remedy));
        return UNREADABLE;
    }
}
