package dev.tributary.config;

import dev.tributary.config.ConfigSources.Given;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The given values, each of which was checked, and the defaults of the others. */
final class ConfigValues {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,100}");

    private final ConfigKeys keys;
    private final SortedMap<String, Given> given;
    private final Names names = new Names();
    private final Set<String> refused = new HashSet<>();

    private ConfigValues(ConfigKeys keys, SortedMap<String, Given> given) {
        this.keys = keys;
        this.given = given;
        given.values().forEach(one -> names.add(one.key().placeholders(), one.names()));
    }

    /** Reports bad names, values of the wrong type or out of range, and missing keys. */
    static ConfigValues check(ConfigKeys keys, SortedMap<String, Given> given, Consumer<ConfigError> errors) {
        ConfigValues values = new ConfigValues(keys, given);
        values.checkNames(errors);
        given.forEach((name, one) -> values.checkValue(name, one, errors));
        keys.all().stream().filter(ConfigKey::required).forEach(key -> values.checkPresence(key, errors));
        return values;
    }

    /** The declared key of this pattern. */
    ConfigKey key(String pattern) {
        return keys.get(pattern);
    }

    /** The value, or its default; empty if there is neither, and if the value was refused. */
    Optional<Object> find(ConfigKey key, List<String> names) {
        Given one = given.get(key.name(names));
        return (one == null ? key.defaultValue() : one.value()).flatMap(key.type()::parse);
    }

    /** Whether the key of this name is neither missing nor has a value that was refused. */
    boolean accepted(String name) {
        return !refused.contains(name);
    }

    /** The key as the user gave it: itself, or its environment variable. */
    String label(String name) {
        Given one = given.get(name);
        return one == null ? name : one.label();
    }

    /** The names given for the last placeholder of a pattern, within the outer names: the routes of a source, say. */
    List<String> names(String pattern, List<String> outer) {
        return names.within(outer, ConfigKey.placeholders(pattern));
    }

    private void checkNames(Consumer<ConfigError> errors) {
        Set<String> reported = new LinkedHashSet<>();
        for (Given one : given.values()) {
            List<String> placeholders = one.key().placeholders();
            for (int i = 0; i < placeholders.size(); i++) {
                String name = one.names().get(i);
                if (!one.key().anyNames().contains(placeholders.get(i))
                        && !NAME.matcher(name).matches()) {
                    String part = upTo(one, i);
                    if (reported.add(part)) {
                        errors.accept(ConfigError.of(
                                part,
                                "expected a name of 1 to 100 small letters, digits and hyphens, not " + name,
                                "rename it, for example to by-city"));
                    }
                }
            }
        }
    }

    /** The part of a key that ends with its i-th name. */
    private static String upTo(Given one, int i) {
        List<String> part = new ArrayList<>();
        int placeholder = 0;
        for (String segment : one.key().segments()) {
            if (!ConfigKey.isPlaceholder(segment)) {
                part.add(segment);
                continue;
            }
            part.add(one.names().get(placeholder));
            if (placeholder++ == i) {
                break;
            }
        }
        return String.join(".", part);
    }

    private void checkValue(String name, Given one, Consumer<ConfigError> errors) {
        ValueType type = one.key().type();
        if (one.value().flatMap(type::parse).isPresent()) {
            return;
        }
        refused.add(name);
        one.value()
                .ifPresent(value -> errors.accept(ConfigError.of(
                        one.label(),
                        one.key().shown(value),
                        "expected " + type.expected()
                                + one.key()
                                        .refusal(value)
                                        .map(reason -> "; " + reason)
                                        .orElse(""),
                        "for example " + type.example())));
    }

    private void checkPresence(ConfigKey key, Consumer<ConfigError> errors) {
        List<List<String>> instances = names.of(key.placeholders());
        for (List<String> instance : instances) {
            if (given.containsKey(key.name(instance))) {
                continue;
            }
            refused.add(key.name(instance));
            // A mistyped name looks like another section without its required key.
            Optional<String> meant = instances.stream()
                    .filter(other -> given.containsKey(key.name(other)))
                    .map(key::name)
                    .filter(other -> NearestKey.distance(other, key.name(instance)) <= 2)
                    .findFirst();
            errors.accept(ConfigError.of(
                    key.name(instance),
                    "missing",
                    "give %s, such as %s"
                                    .formatted(key.type().expected(), key.type().example())
                            + meant.map(other -> ", or spell its name as in " + other)
                                    .orElse("")));
        }
    }
}
