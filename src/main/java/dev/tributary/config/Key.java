package dev.tributary.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A key of the configuration, with all that is said of it anywhere.
 *
 * @param pattern dotted segments; those in angle brackets stand for a name the user chooses
 * @param type how its value is read and described
 * @param required whether it must be given wherever its names are
 * @param fallback the value if it is not given, written as the user would
 * @param meaning what it does, for the reference
 */
record Key<T>(String pattern, ValueType<T> type, boolean required, Optional<String> fallback, String meaning) {

    /** Placeholders of names with any characters; the others stand for names without dots. */
    private static final List<String> FREE = List.of("<table>", "<attribute>");

    static <T> Key<T> required(String pattern, ValueType<T> type, String meaning) {
        return new Key<>(pattern, type, true, Optional.empty(), meaning);
    }

    static <T> Key<T> optional(String pattern, ValueType<T> type, String meaning) {
        return new Key<>(pattern, type, false, Optional.empty(), meaning);
    }

    static <T> Key<T> defaulting(String pattern, ValueType<T> type, String fallback, String meaning) {
        return new Key<>(pattern, type, false, Optional.of(fallback), meaning);
    }

    List<String> segments() {
        return List.of(pattern.split("\\."));
    }

    /** The placeholders in order, such as {@code <source>, <route>}. */
    List<String> placeholders() {
        return segments().stream().filter(Key::isPlaceholder).toList();
    }

    /** The key with its placeholders filled in. */
    String name(List<String> names) {
        Iterator<String> next = names.iterator();
        return segments().stream()
                .map(segment -> isPlaceholder(segment) ? next.next() : segment)
                .collect(Collectors.joining("."));
    }

    /** The names in a key of this pattern; empty if it is not of this pattern. */
    Optional<List<String>> match(String name) {
        String regex = segments().stream()
                .map(segment ->
                        !isPlaceholder(segment) ? Pattern.quote(segment) : FREE.contains(segment) ? "(.+)" : "([^.]+)")
                .collect(Collectors.joining("\\."));
        return groups(regex, name);
    }

    /**
     * The names in a variable of this pattern, as far as a variable can tell: all in lower case, and the names the
     * configuration gives (but not those of tables and attributes) with a hyphen for each underscore.
     */
    Optional<List<String>> matchVariable(String variable) {
        String regex = segments().stream()
                .map(segment -> isPlaceholder(segment) ? "(.+?)" : variable(segment))
                .collect(Collectors.joining("_"));
        List<String> placeholders = placeholders();
        return groups(regex, variable).map(found -> IntStream.range(0, found.size())
                .mapToObj(i -> {
                    String name = found.get(i).toLowerCase(Locale.ROOT);
                    return FREE.contains(placeholders.get(i)) ? name : name.replace('_', '-');
                })
                .toList());
    }

    /** The environment variable of a key, without the prefix. */
    static String variable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
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
