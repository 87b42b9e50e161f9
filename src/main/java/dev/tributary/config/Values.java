package dev.tributary.config;

import dev.tributary.config.Inputs.Given;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What was given, with each value checked by itself, and the defaults behind it. */
final class Values {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,100}");
    private static final Set<String> CHOSEN = Set.of("<source>", "<route>", "<write>");

    private final SortedMap<String, Given> given;
    private final Names names = new Names();

    private Values(SortedMap<String, Given> given) {
        this.given = given;
        given.values().forEach(one -> names.add(one.key().placeholders(), one.names()));
    }

    /** Reports bad names, values of the wrong type or out of range, and missing keys. */
    static Values check(SortedMap<String, Given> given, Consumer<ConfigError> errors) {
        Values values = new Values(given);
        values.checkNames(errors);
        given.values().forEach(one -> checkValue(one, errors));
        Keys.all().stream().filter(Key::required).forEach(key -> values.checkPresence(key, errors));
        return values;
    }

    /** The value, or its default; empty if there is neither, and if the value was refused. */
    <T> Optional<T> find(Key<T> key, String... names) {
        Given one = given.get(key.name(List.of(names)));
        return (one == null ? key.fallback() : one.value()).flatMap(key.type()::parse);
    }

    /** The value of a key that is required or has a default, once nothing was refused. */
    <T> T get(Key<T> key, String... names) {
        return find(key, names)
                .orElseThrow(() -> new IllegalStateException(key.name(List.of(names)) + " was not checked"));
    }

    /** The key as the user gave it: itself, or its environment variable. */
    String label(Key<?> key, String... names) {
        String name = key.name(List.of(names));
        Given one = given.get(name);
        return one == null ? name : one.label();
    }

    /** Every name given under a key's pattern, within the outer names: the routes of a source, for instance. */
    List<String> names(Key<?> key, String... outer) {
        return names.within(
                List.of(outer),
                key.placeholders()
                        .subList(
                                0, Math.min(outer.length + 1, key.placeholders().size())));
    }

    /** The values of a key whose last name varies, by that name. */
    <T> Map<String, T> all(Key<T> key, String... outer) {
        return byName(
                names(key, outer).stream()
                        .filter(name -> find(key, append(outer, name)).isPresent())
                        .toList(),
                name -> get(key, append(outer, name)));
    }

    /** An immutable map in the order of the names. */
    static <T> Map<String, T> byName(List<String> names, Function<String, T> value) {
        Map<String, T> map = new LinkedHashMap<>();
        names.forEach(name -> map.put(name, value.apply(name)));
        return Collections.unmodifiableMap(map);
    }

    private static String[] append(String[] outer, String name) {
        List<String> all = new ArrayList<>(List.of(outer));
        all.add(name);
        return all.toArray(String[]::new);
    }

    private void checkNames(Consumer<ConfigError> errors) {
        Set<String> reported = new LinkedHashSet<>();
        for (Given one : given.values()) {
            List<String> placeholders = one.key().placeholders();
            for (int i = 0; i < placeholders.size(); i++) {
                String name = one.names().get(i);
                if (CHOSEN.contains(placeholders.get(i)) && !NAME.matcher(name).matches()) {
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
            if (!Key.isPlaceholder(segment)) {
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

    private static void checkValue(Given one, Consumer<ConfigError> errors) {
        ValueType<?> type = one.key().type();
        one.value()
                .filter(value -> type.parse(value).isEmpty())
                .ifPresent(value -> errors.accept(ConfigError.of(
                        one.label(), value, "expected " + type.expected(), "for example " + type.example())));
    }

    private void checkPresence(Key<?> key, Consumer<ConfigError> errors) {
        List<List<String>> instances = names.of(key.placeholders());
        for (List<String> instance : instances) {
            if (given.containsKey(key.name(instance))) {
                continue;
            }
            // A mistyped name looks like another source, route or write route without its table.
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
