package dev.tributary.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A key of the configuration.
 *
 * @param pattern dotted segments; those in angle brackets are placeholders for names that the user chooses
 * @param anyNames the placeholders of names with any characters; other names have no dots
 * @param required whether it must be given wherever its names are
 * @param defaultValue the value if it is not given, as it would be written
 * @param hidden whether its value is a secret
 * @param doc what it does, for the reference
 */
record ConfigKey(
        String pattern,
        Set<String> anyNames,
        ValueType type,
        boolean required,
        Optional<String> defaultValue,
        boolean hidden,
        String doc) {

    /** A value of it in a message. */
    String shown(String value) {
        return hidden ? EffectiveValues.HIDDEN : value;
    }

    /** What is wrong with a value, beyond that it is not what is expected. */
    Optional<String> refusal(String value) {
        return hidden ? Optional.empty() : type.refusal(value);
    }

    /** A value for a record whose key is missing or has a refused value: its default, or its example. */
    Object substitute() {
        return type.parse(defaultValue.orElse(type.example())).orElseThrow();
    }

    List<String> segments() {
        return segments(pattern);
    }

    /** The placeholders in order, such as {@code <source>, <route>}. */
    List<String> placeholders() {
        return placeholders(pattern);
    }

    static List<String> placeholders(String pattern) {
        return segments(pattern).stream().filter(ConfigKey::isPlaceholder).toList();
    }

    /** The key with its placeholders filled in. */
    String name(List<String> names) {
        return name(pattern, names);
    }

    static String name(String pattern, List<String> names) {
        Iterator<String> next = names.iterator();
        return segments(pattern).stream()
                .map(segment -> isPlaceholder(segment) ? next.next() : segment)
                .collect(Collectors.joining("."));
    }

    /** The names in a key of this pattern; empty if it is not of this pattern. */
    Optional<List<String>> match(String name) {
        String regex = segments().stream()
                .map(segment -> !isPlaceholder(segment)
                        ? Pattern.quote(segment)
                        : anyNames.contains(segment) ? "(.+)" : "([^.]+)")
                .collect(Collectors.joining("\\."));
        return groups(regex, name);
    }

    /**
     * The names in an environment variable of this pattern: in lower case, and with a hyphen for each underscore except in
     * names with any characters.
     */
    Optional<List<String>> matchVariable(String variable) {
        String regex = segments().stream()
                .map(segment -> isPlaceholder(segment) ? "(.+?)" : variable(segment))
                .collect(Collectors.joining("_"));
        List<String> placeholders = placeholders();
        return groups(regex, variable).map(found -> IntStream.range(0, found.size())
                .mapToObj(i -> {
                    String name = found.get(i).toLowerCase(Locale.ROOT);
                    return anyNames.contains(placeholders.get(i)) ? name : name.replace('_', '-');
                })
                .toList());
    }

    /** The environment variable of a key, without the prefix. */
    static String variable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static List<String> segments(String pattern) {
        return List.of(pattern.split("\\."));
    }

    static boolean isPlaceholder(String segment) {
        return segment.startsWith("<");
    }

    private static Optional<List<String>> groups(String regex, String text) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> groups = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            groups.add(matcher.group(i));
        }
        return Optional.of(groups);
    }
}
